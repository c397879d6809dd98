// Headless Chromium with the test page, served from an origin of its own.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { root } from "../../../tools/runtime.mjs";
import { whyWithout } from "../install.ts";

const executablePath = "/usr/bin/chromium";
export const whyNoChromium = whyWithout([executablePath, "--version"], ["chromium"]);

export interface OpenPage {
  readonly origin: string;
  readonly page: Page;
  readonly context: BrowserContext;
  close(): Promise<void>;
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Serves the bundle on loopback; `load` opens the page once the kernel knows its origin. */
export async function openTestOrigin() {
  const script = await bundleForBrowser("test/outside/browser/page.ts");
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? script : '<!doctype html><title>test</title><script src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await launchChromium();
  return {
    origin,
    async load(): Promise<OpenPage> {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(origin);
      await page.waitForFunction("globalThis.testPage !== undefined");
      return { origin, page, context, close: () => context.close() };
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** `entry`: a path from the root of the repository. */
export async function bundleForBrowser(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "chrome120",
    alias: { "node:assert/strict": join(root, "test/outside/browser/assert.ts") },
    // Loaded by checks that no page runs, and by the door of native gRPC.
    external: ["node:*", "@connectrpc/connect-node"],
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
