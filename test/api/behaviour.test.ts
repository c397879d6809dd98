// One behaviour suite against a kernel on each runtime, each in a process of its own over an embedded database.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningKernel, type RuntimeName, startKernel, whyMissing } from "../support/kernel.ts";
import { badInputChecks, fullQueueChecks } from "./bad-input.suite.ts";
import { behaviourChecks } from "./behaviour.suite.ts";
import { eventSourceChecks } from "./event-source.suite.ts";
import { parityChecks } from "./parity.suite.ts";
import type { Check } from "./target.ts";
import { websocketChecks } from "./websocket.suite.ts";

const runtimes: readonly RuntimeName[] = ["bun", "deno", "node", "workerd"];
const bootMs = 40_000;
const checkMs = 60_000;
const queueSize = 2;

const suites = {
  behaviour: {
    checks: [...behaviourChecks, ...websocketChecks, ...eventSourceChecks, ...badInputChecks, ...parityChecks],
    config: "",
  },
  "a small queue": {
    checks: fullQueueChecks(queueSize),
    config: `qrtx:\n  max_concurrent_tasks: 1\nperformance:\n  thread_pool:\n    queue_size: ${queueSize}`,
  },
} as const satisfies Record<string, { readonly checks: readonly Check[]; readonly config: string }>;

// workerd has no HTTP/2 server.
const isServed = (runtime: RuntimeName, { name }: Check): boolean => runtime !== "workerd" || !name.endsWith("(native gRPC)");

for (const runtime of runtimes) {
  const reason = whyMissing(runtime);
  for (const [name, { checks, config }] of Object.entries(suites)) {
    describe.skipIf(reason !== undefined)(`${name} on ${runtime}${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
      let kernel: RunningKernel | undefined;
      beforeAll(async () => {
        kernel = await startKernel({ runtime, config });
      }, bootMs);
      afterAll(async () => {
        expect(await kernel?.stop(), kernel?.logs()).toBe(0);
      }, bootMs);
      const served = checks.filter((check) => isServed(runtime, check));
      test.each(served.map((check) => [check.name, check] as const))(
        "%s",
        async (_name, check) => {
          if (kernel === undefined) throw new Error("the kernel did not boot");
          await check.run(kernel.target).catch((error: unknown) => {
            throw new Error(
              `${error instanceof Error ? error.message : error}\nthe kernel's log ends with:\n${kernel?.logs().slice(-2000)}`,
              {
                cause: error,
              },
            );
          });
        },
        checkMs,
      );
    });
  }
}
