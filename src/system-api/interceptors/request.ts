// Turns what came through a door into a checked message: unbuilt methods are answered, the body is read, the field rules hold.

import type { Message } from "@bufbuild/protobuf";
import { getOption } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { brought_by } from "../../gen/eigen/options_pb.ts";
import type { Fault } from "../../model/errors.ts";
import { faultsKey, mergesFaults, requestKey } from "../call.ts";
import { refuse, refuseFaults } from "../errors.ts";
import { checkRequest } from "../rules.ts";

export const requestInterceptor: Interceptor = (next) => async (request) => {
  const broughtBy = getOption(request.method, brought_by);
  if (broughtBy !== "") refuse("unimplemented", { facts: { method: request.method.name, brought_by: broughtBy } });
  const read = request.contextValues.get(requestKey);
  // The health service of gRPC is not ours: its messages have no rules and come as connect read them.
  if (read === undefined) return next(request);
  const decoded = await read();
  // What is no such message at all has no fields to tell more about.
  refuseFaults(decoded.faults.filter((fault) => fault.field === ""));
  const faults = allFaults(decoded.faults, checkRequest(request.method.input, decoded.message));
  if (mergesFaults.has(request.method.name)) request.contextValues.set(faultsKey, faults);
  else refuseFaults(faults);
  return request.stream ? next({ ...request, message: once(decoded.message) }) : next({ ...request, message: decoded.message });
};

/** A field that could not be read is missing from the message: only the first of the two faults is the user's. */
function allFaults(decoding: readonly Fault[], rules: readonly Fault[]): readonly Fault[] {
  if (decoding.length === 0) return rules;
  const told = decoding.map((fault) => fault.field);
  const isTold = (path: string) =>
    told.some((field) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`));
  return [...decoding, ...rules.filter((fault) => !isTold(fault.field))];
}

async function* once(message: Message): AsyncIterable<Message> {
  yield message;
}
