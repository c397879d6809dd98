// grpc.health.v1 as its standard asks: "" and the kernel's service are SERVING while the kernel is ready; Watch tells each change.

import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { EigenKernelService } from "../gen/eigen/kernel/v1/service_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../gen/grpc/health/v1/health_pb.ts";
import { refuse } from "./errors.ts";
import { readinessOf } from "./handlers/health.ts";
import type { SystemApiOptions } from "./options.ts";

/** How often Watch looks: readiness is a question to the store, not an event. */
const watchIntervalMs = 1000;

export function registerGrpcHealth(
  router: ConnectRouter,
  api: Pick<SystemApiOptions, "rooms" | "shutdownSignal" | "sleep">,
): void {
  const statusNow = async (service: string): Promise<Status> => {
    if (service !== "" && service !== EigenKernelService.typeName) return Status.SERVICE_UNKNOWN;
    return (await readinessOf(api)).ready ? Status.SERVING : Status.NOT_SERVING;
  };
  router.service(Health, {
    async check({ service }) {
      const status = await statusNow(service);
      if (status === Status.SERVICE_UNKNOWN)
        throw new ConnectError(`unknown service ${JSON.stringify(service.slice(0, 80))}`, Code.NotFound);
      return { status };
    },
    async *watch({ service }, { signal }) {
      const changed = AbortSignal.any([signal, api.shutdownSignal]);
      let told: Status | undefined;
      while (!signal.aborted) {
        const isLast = api.shutdownSignal.aborted;
        const status = await statusNow(service);
        if (status !== told) yield { status };
        told = status;
        if (isLast) refuse("shutting_down");
        await api.sleep(watchIntervalMs, changed);
      }
    },
  });
}
