// Makes every failure of a call an error of the catalogue. What is not in the catalogue is our own mistake: its cause is
// logged under the call's trace, its sender learns only that it was ours.

import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { EigenKernelService } from "../../gen/eigen/kernel/v1/service_pb.ts";
import { kernelError } from "../../model/errors.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { wireKey } from "../call.ts";
import { detailOf, toConnectError, toKernelError } from "../errors.ts";

export function errorInterceptor(telemetry: Telemetry): Interceptor {
  return (next) => async (request) => {
    const wire = request.contextValues.get(wireKey);
    const tell = (thrown: unknown): ConnectError => {
      if (thrown instanceof ConnectError && (isOurs(thrown) || request.service.typeName !== EigenKernelService.typeName))
        return thrown;
      // First: a deadline of the client's also aborts the signal, and is told as what it is.
      const refusal = toKernelError(thrown);
      if (refusal !== undefined) return toConnectError(refusal, wire);
      if (isCancellation(thrown, request.signal)) return new ConnectError("the client went away", Code.Canceled);
      const traceparent = telemetry.traceparent();
      telemetry.log("error", "a request failed by a mistake of the kernel", {
        method: request.method.name,
        cause: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      });
      return toConnectError(kernelError("internal", { facts: { trace_id: traceparent.split("-")[1] ?? "" } }), wire);
    };
    try {
      const response = await next(request);
      return response.stream ? { ...response, message: mapErrors(response.message, tell) } : response;
    } catch (thrown) {
      throw tell(thrown);
    }
  };
}

/** Made here before, or a cancellation, which nobody is left to read. */
function isOurs(error: ConnectError): boolean {
  return detailOf(error) !== undefined || error.code === Code.Canceled;
}

/** An abort that came from the client's side, told by whoever noticed it first. */
function isCancellation(thrown: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === "AbortError");
}

async function* mapErrors<T>(source: AsyncIterable<T>, tell: (thrown: unknown) => ConnectError): AsyncIterable<T> {
  try {
    yield* source;
  } catch (thrown) {
    throw tell(thrown);
  }
}
