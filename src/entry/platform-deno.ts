// Serving on Deno.

import { upgradeWebSocket } from "hono/deno";
import type { HttpServer, Platform } from "./platform.ts";

// The few names of Deno that are used here; its own types would clash with those of Bun and Node.
interface DenoServer {
  readonly addr: { readonly port: number };
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
}
interface DenoGlobal {
  readonly version: { readonly deno: string };
  serve(
    options: { hostname: string; port: number; signal: AbortSignal; onListen: () => void },
    handler: (request: Request) => Response | Promise<Response>,
  ): DenoServer;
}

const { Deno: deno } = globalThis as typeof globalThis & { readonly Deno: DenoGlobal };

export const denoPlatform: Platform = {
  name: `Deno ${deno?.version.deno}`,
  upgradeWebSocket,
  async serveHttp({ host, port, fetch }): Promise<HttpServer> {
    const cut = new AbortController();
    const server = deno.serve({ hostname: host, port, signal: cut.signal, onListen() {} }, (request) => fetch(request));
    return {
      port: server.addr.port,
      async close(signal) {
        const cutOff = (): void => cut.abort();
        signal.addEventListener("abort", cutOff, { once: true });
        if (signal.aborted) cutOff();
        await Promise.race([server.shutdown(), server.finished]);
        // A server that is down, yet told to cut connections off, ends the process with an error that nobody can catch.
        signal.removeEventListener("abort", cutOff);
      },
    };
  },
};
