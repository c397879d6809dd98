// The behaviour suite as a browser can run it: every check, but for those that need what no page has, and one that would be slow for nothing.

import { badInputChecks } from "../../api/bad-input.suite.ts";
import { behaviourChecks } from "../../api/behaviour.suite.ts";
import { eventSourceChecks } from "../../api/event-source.suite.ts";
import { parityChecks } from "../../api/parity.suite.ts";
import type { Check } from "../../api/target.ts";
import { websocketChecks } from "../../api/websocket.suite.ts";

/** Start of a check's name, or what stands in it, with why a page cannot make it, or need not. */
const impossible: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/\(native gRPC\)$/, "a browser speaks no native gRPC"],
  [/^grpc\.health\.v1 /, "a browser speaks no native gRPC"],
  [/^Prometheus reads the metrics/, "the metrics port is for Prometheus, pages are not let in"],
  [/^a WebSocket with a bad query is refused/, "needs a plain connection: pages may not read a refused upgrade"],
  [/^a page of another site cannot open/, "needs a plain connection: pages cannot choose their Origin"],
  [/^a page that is not on the list/, "pages cannot choose their Origin"],
  [/^a stream that is cut off/, "needs a plain connection: pages cannot send half a request"],
  [/^a body of 50 MB is refused \((?:Connect JSON|REST)\)$/, "a page takes 6 s to make one: once over each protocol is enough"],
  [/^a body of 50 MB is refused by REST/, "a browser streams no request body over HTTP/1.1"],
];

const all: readonly Check[] = [...behaviourChecks, ...websocketChecks, ...eventSourceChecks, ...badInputChecks, ...parityChecks];

export function whyImpossible({ name }: Check): string | undefined {
  return impossible.find(([pattern]) => pattern.test(name))?.[1];
}

export const browserChecks: readonly Check[] = all.filter((check) => whyImpossible(check) === undefined);
export const excludedChecks: readonly Check[] = all.filter((check) => whyImpossible(check) !== undefined);
/** Patterns that exclude nothing: a check was renamed or has gone. */
export const idlePatterns: readonly RegExp[] = impossible
  .filter(([pattern]) => !all.some(({ name }) => pattern.test(name)))
  .map(([pattern]) => pattern);
