// A Connect transport that speaks REST, so that the typed client of the other doors drives this one too. It knows the paths from
// the contract's annotations and nothing of the kernel's own transcoder.

import {
  create,
  type DescMessage,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromJson,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
  toJson,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { codeFromString } from "@connectrpc/connect/protocol-connect";
import { ErrorDetailSchema } from "../../src/gen/eigen/kernel/v1/errors_pb.ts";
import { restRoutes } from "../../src/system-api/index.ts";

export function createRestTransport(baseUrl: string): Transport {
  return {
    async unary(method, signal, _timeoutMs, header, input) {
      const answer = await send(baseUrl, method, signal, header, input);
      if (!answer.ok && answer.status !== 503) throw await errorOf(answer);
      const json = (await answer.json()) as JsonObject;
      // GetHealth answers 503 with its message; every other 503 is an error.
      if (!answer.ok && json.code !== undefined) throw toConnectError(json);
      const message = fromJson(method.output, json);
      return { stream: false, service: method.parent, method, header: answer.headers, trailer: new Headers(), message };
    },
    async stream(method, signal, _timeoutMs, header, input) {
      for await (const message of input) {
        const answer = await send(baseUrl, method, signal, header, message);
        if (!answer.ok) throw await errorOf(answer);
        const messages = readLines(method.output, answer);
        return {
          stream: true,
          service: method.parent,
          method,
          header: answer.headers,
          trailer: new Headers(),
          message: messages,
        };
      }
      throw new ConnectError("a call has one message", Code.Internal);
    },
  };
}

async function send<I extends DescMessage, O extends DescMessage>(
  baseUrl: string,
  method: DescMethodUnary<I, O> | DescMethodStreaming<I, O>,
  signal: AbortSignal | undefined,
  header: HeadersInit | undefined,
  input: MessageInitShape<I>,
): Promise<Response> {
  const route = restRoutes.find((candidate) => candidate.method.name === method.name);
  if (route === undefined) throw new Error(`${method.name} has no path`);
  const json = toJson(method.input, create(method.input, input), { useProtoFieldName: true }) as JsonObject;
  const fields = { ...json };
  const path = route.template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = fields[name];
    delete fields[name];
    return encodeURIComponent(String(value ?? ""));
  });
  const headers = new Headers(header);
  if (route.hasBody) headers.set("Content-Type", "application/json");
  const query = route.hasBody ? "" : `?${new URLSearchParams(toQuery(fields, ""))}`;
  return fetch(`${baseUrl}${path}${query}`, {
    method: route.httpMethod,
    headers,
    ...(route.hasBody ? { body: JSON.stringify(json) } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
}

function toQuery(json: JsonObject, prefix: string): [string, string][] {
  return Object.entries(json).flatMap(([name, value]): [string, string][] => {
    const values: readonly JsonValue[] = Array.isArray(value) ? value : [value];
    return values.flatMap((item) =>
      typeof item === "object" && item !== null
        ? toQuery(item as JsonObject, `${prefix}${name}.`)
        : [[prefix + name, String(item)]],
    );
  });
}

async function* readLines<O extends DescMessage>(desc: O, answer: Response) {
  if (answer.body === null) return;
  let rest = "";
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const json = JSON.parse(line) as JsonObject;
      if (json.error !== undefined) throw toConnectError(json.error as JsonObject);
      yield fromJson(desc, json);
    }
  }
  if (rest !== "") throw new Error(`a stream ended inside of a line: ${rest}`);
}

async function errorOf(answer: Response): Promise<ConnectError> {
  return toConnectError((await answer.json()) as JsonObject, answer.headers);
}

function toConnectError(json: JsonObject, metadata?: Headers): ConnectError {
  const details = (json.details as JsonValue[]).map((detail) => ({
    desc: ErrorDetailSchema,
    value: fromJson(ErrorDetailSchema, detail),
  }));
  const code = codeFromString(String(json.code)) ?? Code.Unknown;
  return new ConnectError(String(json.message), code, metadata, details);
}
