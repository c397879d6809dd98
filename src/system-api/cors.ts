// Which pages may call, and what they may send and read.

import { cors } from "hono/cors";

const allowedHeaders = [
  "Content-Type",
  "Content-Encoding",
  "Connect-Protocol-Version",
  "Connect-Timeout-Ms",
  "Connect-Content-Encoding",
  "Connect-Accept-Encoding",
  "Grpc-Timeout",
  "X-Grpc-Web",
  "X-User-Agent",
  "Authorization",
  "Idempotency-Key",
  "Last-Event-ID",
  "Traceparent",
  "Tracestate",
];

const exposedHeaders = [
  "Allow",
  "Grpc-Status",
  "Grpc-Message",
  "Grpc-Status-Details-Bin",
  "Retry-After",
  "Connect-Content-Encoding",
];

/** A browser asks again after this; two hours is what browsers cap it at. */
const preflightKeptSeconds = 7200;

export function corsFor(allowedOrigins: readonly string[]) {
  return cors({
    origin: (origin) => (allows(allowedOrigins, origin) ? origin : null),
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: allowedHeaders,
    exposeHeaders: exposedHeaders,
    maxAge: preflightKeptSeconds,
  });
}

/** A page of the kernel's own address is always allowed. */
export function isOriginAllowed(allowedOrigins: readonly string[], origin: string, host: string): boolean {
  return allows(allowedOrigins, origin) || origin === `http://${host}` || origin === `https://${host}`;
}

function allows(allowedOrigins: readonly string[], origin: string): boolean {
  return allowedOrigins.includes("*") || allowedOrigins.includes(origin);
}
