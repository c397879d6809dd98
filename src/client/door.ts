// Which protocol a URL is spoken to with. A kernel answers native gRPC on one port (50051) and Connect and gRPC-Web on another (8080);
// a browser cannot speak the first.

export type Protocol = "grpc" | "connect" | "grpc-web";

export interface Door {
  readonly protocol: Protocol;
  /** Without a slash at its end. */
  readonly baseUrl: string;
}

const grpcPort = "50051";
const webPort = "8080";

/**
 * Without a wish: native gRPC for port 50051 on Bun, Deno and Node, Connect for everything else. Where native gRPC cannot be spoken, port
 * 50051 of the URL becomes 8080, so that one address works everywhere. `grpc://` and `grpcs://` wish for native gRPC on any port.
 */
export function chooseDoor(url: string, wished: Protocol | undefined, canSpeakGrpc: boolean): Door {
  const parsed = new URL(url.replace(/^grpc(s?):/, "http$1:"));
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw new TypeError(`Wanted an http, https, grpc or grpcs URL, found ${url}`);
  }
  const wish = wished ?? (/^grpcs?:/.test(url) ? "grpc" : undefined);
  if (wish === "grpc" && !canSpeakGrpc) {
    throw new TypeError('Native gRPC needs Bun, Deno or Node; use "connect" or "grpc-web" here.');
  }
  const isGrpcPort = parsed.port === grpcPort;
  const protocol = wish ?? (isGrpcPort && canSpeakGrpc ? "grpc" : "connect");
  if (isGrpcPort && !canSpeakGrpc) parsed.port = webPort;
  return { protocol, baseUrl: `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, "") };
}

/** By the name that every server runtime gives itself; the runtimes' own globals are not asked. */
export function isServerRuntime(userAgent: string | undefined): boolean {
  return /^(?:Node\.js|Bun|Deno)\//.test(userAgent ?? "");
}
