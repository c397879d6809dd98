// Serving on Node.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { createAdaptorServer, upgradeWebSocket, type WebSocketServerLike } from "@hono/node-server";
import { WebSocketServer } from "ws";
import type { HttpServer, Platform } from "./platform.ts";

export const nodePlatform: Platform = {
  name: `Node ${process.versions.node}`,
  upgradeWebSocket,
  serveHttp({ host, port, fetch }): Promise<HttpServer> {
    // Its declared options allow undefined where Hono's interface does not; with noServer given they agree.
    const sockets = new WebSocketServer({ noServer: true }) as WebSocketServer & WebSocketServerLike;
    const server = createAdaptorServer({ fetch, websocket: { server: sockets } }) as Server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () =>
        resolve({ port: (server.address() as AddressInfo).port, close: (signal) => close(server, signal) }),
      );
    });
  },
};

function close(server: Server, signal: AbortSignal): Promise<void> {
  const cut = (): void => server.closeAllConnections();
  signal.addEventListener("abort", cut, { once: true });
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    if (signal.aborted) cut();
  });
}
