// WebSockets on workerd. Hono's own helper never tells that a socket is open, and the kernel speaks first.

import { defineWebSocketHelper, WSContext } from "hono/ws";

// The few names of workerd that are used here; its own types would clash with those of Bun and Node.
interface EdgeSocket extends WebSocket {
  /** From here on its messages are delivered to this isolate. */
  accept(): void;
}
declare const WebSocketPair: new () => { readonly 0: EdgeSocket; readonly 1: EdgeSocket };

const switchingProtocols = 101;

export const upgradeWebSocket = defineWebSocketHelper((_context, events) => {
  const { 0: client, 1: server } = new WebSocketPair();
  const socket = new WSContext({
    raw: server,
    readyState: 1,
    send: (frame) => server.send(frame),
    close: (code, reason) => server.close(code, reason),
  });
  server.addEventListener("message", (event) => events.onMessage?.(event, socket));
  server.addEventListener("close", (event) => {
    // The other side waits for its own close frame back.
    if (server.readyState === WebSocket.CLOSING) server.close();
    events.onClose?.(event, socket);
  });
  server.addEventListener("error", (event) => events.onError?.(event, socket));
  server.accept();
  events.onOpen?.(new Event("open"), socket);
  return new Response(null, { status: switchingProtocols, webSocket: client } as ResponseInit);
});
