// REST's answers: JSON, NDJSON for streams, and errors as {code, message, details} under a fitting HTTP status.

import { type DescMessage, type Message, toJson, toJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import { ErrorDetailSchema } from "../../gen/eigen/kernel/v1/errors_pb.ts";
import { kernelError } from "../../model/errors.ts";
import { detailOf, toConnectError } from "../errors.ts";
import { type ClientLink, streamOf } from "../web-response.ts";

/** Zero is told as zero: who reads plain JSON has no schema that would fill it in. */
export const restJson = { alwaysEmitImplicit: true } as const;

const ndjsonType = "application/x-ndjson";

export function jsonAnswer(desc: DescMessage, message: Message, status: number): Response {
  return jsonText(toJsonString(desc, message, restJson), status);
}

/** One JSON message a line. A failure after the first line is the last line: {"error": {…}}. */
export function ndjsonAnswer(desc: DescMessage, messages: AsyncIterable<Message>, client: ClientLink): Response {
  const headers = { "Content-Type": ndjsonType, "Cache-Control": "no-store", "X-Accel-Buffering": "no" };
  return new Response(streamOf(ndjsonLines(desc, messages), client), { headers });
}

async function* ndjsonLines(desc: DescMessage, messages: AsyncIterable<Message>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    for await (const message of messages) yield encoder.encode(`${toJsonString(desc, message, restJson)}\n`);
  } catch (error) {
    yield encoder.encode(`${JSON.stringify({ error: errorJson(asConnectError(error)) })}\n`);
  }
}

export function errorAnswer(thrown: unknown, headers?: Record<string, string>): Response {
  const error = asConnectError(thrown);
  const answer = jsonText(JSON.stringify(errorJson(error)), httpStatus(error));
  const retryAfter = error.metadata.get("Retry-After");
  if (retryAfter !== null) answer.headers.set("Retry-After", retryAfter);
  for (const [name, value] of Object.entries(headers ?? {})) answer.headers.set(name, value);
  return answer;
}

export function errorJson(error: ConnectError): object {
  const detail = detailOf(error);
  const details = detail === undefined ? [] : [toJson(ErrorDetailSchema, detail, restJson)];
  return { code: codeToString(error.code), message: error.rawMessage, details };
}

export function asConnectError(thrown: unknown): ConnectError {
  return thrown instanceof ConnectError ? thrown : toConnectError(kernelError("internal"));
}

function jsonText(text: string, status: number): Response {
  return new Response(text, { status, headers: { "Content-Type": "application/json" } });
}

function httpStatus(error: ConnectError): number {
  switch (detailOf(error)?.code) {
    case "method_not_allowed":
      return 405;
    case "request_too_large":
      return 413;
    case "unsupported_media_type":
      return 415;
    default:
      return httpStatuses[error.code] ?? 500;
  }
}

const httpStatuses: Readonly<Partial<Record<Code, number>>> = {
  [Code.InvalidArgument]: 400,
  [Code.FailedPrecondition]: 400,
  [Code.OutOfRange]: 400,
  [Code.Unauthenticated]: 401,
  [Code.PermissionDenied]: 403,
  [Code.NotFound]: 404,
  [Code.AlreadyExists]: 409,
  [Code.Aborted]: 409,
  [Code.ResourceExhausted]: 429,
  // The client closed the request; nobody reads it.
  [Code.Canceled]: 499,
  [Code.Internal]: 500,
  [Code.Unimplemented]: 501,
  [Code.Unavailable]: 503,
  [Code.DeadlineExceeded]: 504,
};
