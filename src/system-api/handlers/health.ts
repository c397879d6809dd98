// How the kernel is: for people, load balancers and gRPC's health protocol.

import { create } from "@bufbuild/protobuf";
import { HealthSchema } from "../../gen/eigen/kernel/v1/metrics_pb.ts";
import type { Handlers } from "../call.ts";
import { toDuration } from "../convert/time.ts";
import type { SystemApiOptions } from "../options.ts";

export interface Readiness {
  readonly ready: boolean;
  readonly reason: string;
}

/** A kernel without qrtx takes no jobs and is ready for what it does run; its components tell. */
export async function readinessOf({
  rooms,
  shutdownSignal,
}: Pick<SystemApiOptions, "rooms" | "shutdownSignal">): Promise<Readiness> {
  if (shutdownSignal.aborted) return { ready: false, reason: "The kernel is shutting down." };
  return (await rooms.qrtx?.readiness()) ?? { ready: true, reason: "" };
}

export function healthHandlers(api: SystemApiOptions): Pick<Handlers, "getHealth"> {
  const startedMs = api.clock.monotonicMs();
  return {
    async getHealth() {
      const { ready, reason } = await readinessOf(api);
      return create(HealthSchema, {
        live: true,
        ready,
        reason,
        version: api.options.version,
        uptime: toDuration(api.clock.monotonicMs() - startedMs),
        runtime: api.options.runtimeName,
        components: api.components().map(({ name, running, detail }) => ({ name, running, detail })),
      });
    },
  };
}
