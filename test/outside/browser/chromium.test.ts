// The behaviour suite with Chromium as the client: a page of another origin, over Connect and over gRPC-Web.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Check, Target } from "../../api/target.ts";
import { type RunningKernel, startKernel } from "../../support/kernel.ts";
import { browserChecks, excludedChecks, idlePatterns, whyImpossible } from "./checks.ts";
import { type OpenPage, openTestOrigin, whyNoChromium } from "./chromium.ts";
import type { TestPage } from "./page.ts";

declare const testPage: TestPage;

/** A check that opens doors of its own names them; the others are made once over each protocol of browsers. */
const isAboutDoor = ({ name }: Check): boolean =>
  /\((?:Connect JSON|Connect binary|gRPC-Web|REST)\)$|answers every method as/.test(name);
const doors = ["Connect binary", "gRPC-Web"] as const;
const skipped = whyNoChromium === undefined ? "" : ` (skipped: ${whyNoChromium})`;

test("every check that a page does not make says why, and no reason is left over", () => {
  expect(excludedChecks.map(whyImpossible)).not.toContain(undefined);
  expect(idlePatterns).toEqual([]);
  expect(browserChecks.length).toBeGreaterThan(excludedChecks.length);
});

describe.skipIf(whyNoChromium !== undefined)(`behaviour with Chromium as the client${skipped}`, () => {
  let origin: Awaited<ReturnType<typeof openTestOrigin>> | undefined;
  let kernel: RunningKernel | undefined;
  let open: OpenPage | undefined;
  beforeAll(async () => {
    origin = await openTestOrigin();
    kernel = await startKernel({ runtime: "bun", allowedOrigins: [origin.origin] });
    open = await origin.load();
  });
  afterAll(async () => {
    await origin?.close();
    expect(await kernel?.stop(), kernel?.logs()).toBe(0);
  });

  async function run(name: string, defaultDoor: Target["defaultDoor"] & string): Promise<void> {
    if (kernel === undefined || open === undefined) throw new Error("the kernel or Chromium did not start");
    const { baseUrl, wsUrl, simulatorQubitCount } = kernel.target;
    const target: Target = { baseUrl, wsUrl, grpcUrl: "", metricsUrl: "", simulatorQubitCount, defaultDoor };
    const failure = await open.page.evaluate(([check, at]) => testPage.check(check, at), [name, target] as const);
    expect(failure, kernel.logs().slice(-2000)).toBeUndefined();
  }

  for (const door of doors) {
    const checks = browserChecks.filter((check) => door === "Connect binary" || !isAboutDoor(check));
    test.each(checks.map(({ name }) => name))(`over ${door}: %s`, (name) => run(name, door));
  }
});
