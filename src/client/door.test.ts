import { expect, test } from "vitest";
import { chooseDoor, isServerRuntime } from "./door.ts";

test.each([
  ["http://localhost:50051", undefined, true, "grpc", "http://localhost:50051"],
  ["http://localhost:50051", undefined, false, "connect", "http://localhost:8080"],
  ["http://localhost:50051", "grpc-web", false, "grpc-web", "http://localhost:8080"],
  ["http://localhost:8080/", undefined, true, "connect", "http://localhost:8080"],
  ["https://kernel.example/eigen/", undefined, true, "connect", "https://kernel.example/eigen"],
  ["grpc://localhost:41943", undefined, true, "grpc", "http://localhost:41943"],
  ["grpcs://kernel.example", undefined, true, "grpc", "https://kernel.example"],
  ["grpc://localhost:8080", "connect", true, "connect", "http://localhost:8080"],
  ["http://localhost:41943", "grpc", true, "grpc", "http://localhost:41943"],
] as const)(
  "%s with wish %s and gRPC possible: %s is spoken to with %s at %s",
  (url, wished, canSpeakGrpc, protocol, baseUrl) => {
    expect(chooseDoor(url, wished, canSpeakGrpc)).toEqual({ protocol, baseUrl });
  },
);

test("what cannot work is refused with what would", () => {
  expect(() => chooseDoor("ftp://localhost", undefined, true)).toThrow(/http, https, grpc or grpcs/);
  expect(() => chooseDoor("http://localhost:50051", "grpc", false)).toThrow(/"connect" or "grpc-web"/);
  expect(() => chooseDoor("grpc://localhost:50051", undefined, false)).toThrow(/"connect" or "grpc-web"/);
  expect(() => chooseDoor("localhost", undefined, true)).toThrow(TypeError);
});

test.each([
  ["Node.js/26", true],
  ["Bun/1.4.5", true],
  ["Deno/2.9.6", true],
  ["Cloudflare-Workers", false],
  ["Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0", false],
  [undefined, false],
])("native gRPC can be spoken under user agent %s: %s", (userAgent, expected) => {
  expect(isServerRuntime(userAgent)).toBe(expected);
});
