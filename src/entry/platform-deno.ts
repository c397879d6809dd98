// Serving on Deno.

import { upgradeWebSocket } from "hono/deno";
import type { HttpServer, Platform } from "./platform.ts";

// The few names of Deno that are used here; its own types would clash with those of Bun and Node.
interface DenoServer {
  readonly addr: { readonly port: number };
  shutdown(): Promise<void>;
}
interface DenoGlobal {
  readonly version: { readonly deno: string };
  serve(
    options: { hostname: string; port: number; onListen: () => void },
    handler: (request: Request) => Response | Promise<Response>,
  ): DenoServer;
}

const { Deno: deno } = globalThis as typeof globalThis & { readonly Deno: DenoGlobal };

export const denoPlatform: Platform = {
  name: `Deno ${deno?.version.deno}`,
  upgradeWebSocket,
  async serveHttp({ host, port, fetch }): Promise<HttpServer> {
    const server = deno.serve({ hostname: host, port, onListen() {} }, (request) => fetch(request));
    return {
      port: server.addr.port,
      async close(signal) {
        // A server that shuts down cannot be told to cut connections off; who still stands still then goes with the process.
        await Promise.race([server.shutdown(), aborted(signal)]);
      },
    };
  },
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
