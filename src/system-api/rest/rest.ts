// REST: the annotated paths, transcoded by reflection into calls of the same handlers through the same interceptors.

import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { suggest } from "../../base/suggest.ts";
import type { Event } from "../../gen/eigen/kernel/v1/events_pb.ts";
import type { Health } from "../../gen/eigen/kernel/v1/metrics_pb.ts";
import { type Fault, kernelError } from "../../model/errors.ts";
import type { ReadRequest } from "../call.ts";
import { readJson } from "../decode/body.ts";
import { decodeJson } from "../decode/json.ts";
import { type Dispatch, isStreaming } from "../dispatch.ts";
import { refuse, toConnectError } from "../errors.ts";
import { quoteShort } from "../rules.ts";
import { linkClient, readStream } from "../web-response.ts";
import { errorAnswer, jsonAnswer, ndjsonAnswer } from "./answers.ts";
import { eventSourceAnswer, eventSourceRefusal, isEventSource, resumedUrl } from "./event-source.ts";
import { queryToJson } from "./query.ts";
import { matchPath, type PathMatch, restRoutes } from "./routes.ts";

export async function answerRest(request: Request, dispatch: Dispatch): Promise<Response> {
  const url = new URL(request.url);
  const matches = matchPath(url.pathname);
  if (matches.length === 0) return notFound(url.pathname);
  const match = matches.find(({ route }) => methodsOf(route).includes(request.method));
  if (match === undefined) return methodNotAllowed(request.method, matches);
  const { method } = match.route;
  const client = linkClient(request);
  const wantsEvents = isEventSource(request, match);
  const read = restReader(request, wantsEvents ? resumedUrl(request, url) : url, match);
  try {
    const { headers, signal, httpMethod } = { headers: request.headers, signal: client.signal, httpMethod: request.method };
    const answer = await dispatch.call({ method, read, headers, signal, url: request.url, httpMethod });
    if (answer.stream && wantsEvents) return eventSourceAnswer(answer.messages as AsyncIterable<Event>, client);
    if (answer.stream) return ndjsonAnswer(method.output, answer.messages, client);
    const status = method.name === "GetHealth" && !(answer.message as Health).ready ? 503 : 200;
    return jsonAnswer(method.output, answer.message, status);
  } catch (error) {
    return wantsEvents ? eventSourceRefusal(error, client) : errorAnswer(error);
  }
}

/** Path, query and body as one JSON object, then as the message. */
export function restReader(request: Request, url: URL, { route, values }: PathMatch): ReadRequest {
  return async () => {
    const faults: Fault[] = [];
    const json = route.hasBody ? await bodyJson(request, url, faults) : queryToJson(route.method.input, url.searchParams, faults);
    const decoded = decodeJson(route.method.input, withPath(json, route, values, faults));
    return { message: decoded.message, faults: [...faults, ...decoded.faults] };
  };
}

async function bodyJson(request: Request, url: URL, faults: Fault[]): Promise<JsonValue> {
  for (const name of url.searchParams.keys()) {
    faults.push({ field: name, wanted: "no query parameter", found: "one", hint: "Send everything in the JSON body." });
  }
  const contentType = request.headers.get("content-type");
  const type = contentType?.split(";")[0]?.trim().toLowerCase();
  // A POST without a body needs no type: its missing fields are told.
  if (type !== "application/json" && (contentType !== null || request.body !== null)) {
    refuse("unsupported_media_type", { facts: { wanted: "application/json", actual: contentType?.slice(0, 80) ?? "none" } });
  }
  const body = { bytes: readStream(request.body), contentLength: request.headers.get("content-length") };
  return readJson(body, request.headers.get("content-encoding")?.toLowerCase() || "identity");
}

function withPath(json: JsonValue, route: PathMatch["route"], values: readonly string[], faults: Fault[]): JsonValue {
  if (route.pathFields.length === 0 || typeof json !== "object" || json === null || Array.isArray(json)) return json;
  const merged: { [name: string]: JsonValue } = { ...(json as JsonObject) };
  route.pathFields.forEach((field, index) => {
    const value = decodePath(values[index] ?? "", field.name, faults);
    const sent = merged[field.name] ?? merged[field.jsonName];
    if (sent !== undefined && sent !== value) {
      const hint = "The path names it; leave it out elsewhere.";
      faults.push({ field: field.name, wanted: `the path's ${quoteShort(value)}`, found: quoteShort(String(sent)), hint });
    }
    delete merged[field.jsonName];
    merged[field.name] = value;
  });
  return merged;
}

function decodePath(value: string, field: string, faults: Fault[]): string {
  try {
    return decodeURIComponent(value);
  } catch {
    faults.push({ field, wanted: "percent-encoded UTF-8", found: quoteShort(value), hint: "" });
    return value;
  }
}

const factLengthMax = 80; // Of what a stranger sent.

export function notFound(path: string): Response {
  const closest = suggest(
    path,
    restRoutes.map(({ template }) => template),
  );
  const facts = { path: path.slice(0, factLengthMax), ...(closest === undefined ? {} : { closest }) };
  return errorAnswer(toConnectError(kernelError("route_not_found", { facts })));
}

function methodNotAllowed(method: string, matches: readonly PathMatch[]): Response {
  const allowed = [...new Set(matches.flatMap(({ route }) => methodsOf(route)))].join(", ");
  return errorAnswer(toConnectError(kernelError("method_not_allowed", { facts: { method, allowed } })), { Allow: allowed });
}

/** A HEAD is answered where a GET is; that of a stream would open what nobody reads. */
function methodsOf({ httpMethod, method }: PathMatch["route"]): readonly string[] {
  return httpMethod === "GET" && !isStreaming(method) ? ["GET", "HEAD"] : [httpMethod];
}
