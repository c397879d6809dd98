// What a runtime must offer so that the kernel can serve on it; platform-bun.ts, platform-deno.ts and platform-node.ts do.

import type { UpgradeWebSocket } from "hono/ws";

/** As a Hono app answers; `env` carries what the runtime needs for an upgrade. */
export type Fetch = (request: Request, env?: object) => Response | Promise<Response>;

export interface HttpOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly fetch: Fetch;
}

export interface HttpServer {
  readonly port: number;
  /** Takes no new requests; resolves when the open ones ended, or without them when the signal aborts: they are cut off, or end with the process. */
  close(signal: AbortSignal): Promise<void>;
}

export interface Platform {
  /** "Bun 1.4.5" and the like. */
  readonly name: string;
  readonly upgradeWebSocket: UpgradeWebSocket;
  /** Rejects when the port cannot be had. */
  serveHttp(options: HttpOptions): Promise<HttpServer>;
}

/** The platform of the runtime that this runs on, for connections that stay open between requests, or do not. */
export async function currentPlatform(keepAlive: boolean): Promise<Platform> {
  if ("Bun" in globalThis) return (await import("./platform-bun.ts")).bunPlatform;
  if (!("Deno" in globalThis)) return (await import("./platform-node.ts")).nodePlatform;
  const { denoPlatform } = await import("./platform-deno.ts");
  // Deno's own server keeps a connection whatever the answer says; its node:http does not.
  return keepAlive ? denoPlatform : { ...(await import("./platform-node.ts")).nodePlatform, name: denoPlatform.name };
}
