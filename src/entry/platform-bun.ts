// Serving on Bun.

import { upgradeWebSocket, websocket } from "hono/bun";
import type { HttpServer, Platform } from "./platform.ts";

export const bunPlatform: Platform = {
  name: `Bun ${Bun.version}`,
  upgradeWebSocket,
  async serveHttp({ host, port, fetch }): Promise<HttpServer> {
    // Bun cuts a silent stream after ten seconds unless told otherwise; the kernel has bounds of its own.
    const server = Bun.serve({ hostname: host, port, fetch, websocket, idleTimeout: 0 });
    return {
      port: server.port ?? port,
      async close(signal) {
        signal.addEventListener("abort", () => void server.stop(true), { once: true });
        await server.stop(signal.aborted);
      },
    };
  },
};
