// The compute pool in a page, on one thread and, where the page is cross-origin isolated, on several: the answers of every other runtime.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildWasm } from "../../../tools/build-wasm.mjs";
import { root } from "../../../tools/runtime.mjs";
import { pinnedCounts } from "../../fixtures/counts-digest.ts";
import { bundleForBrowser, launchChromium, whyNoChromium } from "./chromium.ts";
import type { ComputePage } from "./compute-page.ts";

declare const computePage: ComputePage;

const skipped = whyNoChromium === undefined ? "" : ` (skipped: ${whyNoChromium})`;
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

describe.skipIf(whyNoChromium !== undefined)(`the compute pool in Chromium${skipped}`, () => {
  let browser: Browser | undefined;
  let server: Server | undefined;
  beforeAll(async () => {
    await buildWasm();
    const scripts = {
      "/page.js": await bundleForBrowser("test/outside/browser/compute-page.ts"),
      "/worker.js": await bundleForBrowser("src/entry/web-compute-worker.ts"),
    };
    server = createServer((request, response) => {
      // /isolated/… is the same with the headers that isolate a page.
      const path = (request.url ?? "/").replace(/^\/isolated/, "");
      if (path !== request.url) for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
      const script = path === "/page.js" || path === "/worker.js" ? scripts[path] : undefined;
      const isWasm = path.endsWith(".wasm");
      response.setHeader("Content-Type", script ? "text/javascript" : isWasm ? "application/wasm" : "text/html");
      const page = '<!doctype html><title>test</title><script src="page.js"></script>';
      response.end(script ?? (isWasm ? readFileSync(join(root, "build", path)) : page));
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  const open = async (path: string) => {
    if (browser === undefined || server === undefined) throw new Error("Chromium did not start");
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    await page.waitForFunction("globalThis.computePage !== undefined");
    return page;
  };

  test.each([
    { path: "/", isIsolated: false, helpers: 0 },
    { path: "/isolated/", isIsolated: true, helpers: 0 },
    { path: "/isolated/", isIsolated: true, helpers: 3 },
  ])(
    "isolated: $isIsolated, with $helpers helping threads: the same counts, bit for bit",
    async ({ path, isIsolated, helpers }) => {
      const page = await open(path);
      expect(await page.evaluate("crossOriginIsolated")).toBe(isIsolated);
      expect(await page.evaluate((count) => computePage.digest(count), helpers)).toBe(pinnedCounts);
      await page.close();
    },
  );

  test.each([0, 3])("a task that is aborted, with %i helping threads, ends at once", async (helpers) => {
    const page = await open("/isolated/");
    const { kind, afterMs } = await page.evaluate((count) => computePage.abort(count), helpers);
    expect(kind).toBe("aborted");
    // Ten times the promise, for a busy machine.
    expect(afterMs).toBeLessThan(2000);
    await page.close();
  });
});
