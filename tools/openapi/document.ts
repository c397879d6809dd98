// The OpenAPI 3.1 description of the REST door: its paths, parameters, bodies and errors, from the contract alone.

import { type DescField, type DescMessage, getOption } from "@bufbuild/protobuf";
import { ErrorDetailSchema } from "../../src/gen/eigen/kernel/v1/errors_pb.ts";
import { JobSpecSchema } from "../../src/gen/eigen/kernel/v1/jobs_pb.ts";
import { EigenKernelService } from "../../src/gen/eigen/kernel/v1/service_pb.ts";
import { brought_by } from "../../src/gen/eigen/options_pb.ts";
import { type RestRoute, restRoutes, rulesOf } from "../../src/system-api/index.ts";
import type { Comments } from "./comments.ts";
import { createSchemaBook, type Json, type SchemaBook } from "./schemas.ts";

export function createOpenApi(comments: Comments, version: string): Json {
  const book = createSchemaBook(comments);
  const paths: Record<string, Json> = {};
  for (const route of restRoutes) {
    paths[route.template] = { ...paths[route.template], [route.httpMethod.toLowerCase()]: operation(route, comments, book) };
  }
  book.message(ErrorDetailSchema);
  const schemas = new Map<string, unknown>([...book.schemas, ["Error", errorSchema]]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Eigen OS Kernel",
      version,
      description: `${comments.get(EigenKernelService.typeName) ?? ""}\n\n${conventions}`,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://localhost:8080", description: "The default port of a kernel on this machine" }],
    paths,
    components: { schemas: sorted(schemas), responses: { Error: errorResponse } },
  };
}

const conventions = [
  "Generated from the protobuf contract; the same methods are served over Connect, gRPC-Web and native gRPC.",
  "Fields are read in lowerCamelCase and snake_case. 64-bit integers are strings. Unknown fields and parameters are refused.",
  "In a query, `a.b=1` sets field b of a, `tags.team=x` an entry of the map tags, and a repeated name fills a list.",
  'Streams are NDJSON: one message a line, as it happens; a failure after the first line is a last line `{"error": …}`.',
].join(" ");

function operation(route: RestRoute, comments: Comments, book: SchemaBook): Json {
  const { method } = route;
  const broughtBy = getOption(method, brought_by);
  const description = comments.get(`${EigenKernelService.typeName}.${method.name}`) ?? "";
  const parameters = [
    ...pathParameters(route, book),
    ...(route.hasBody ? [] : queryParameters(route, book)),
    ...headers(route, book),
  ];
  return {
    operationId: method.localName,
    summary: description.split(/(?<=\.)\s/)[0],
    description: [description, notes[method.name], broughtBy === "" ? "" : `Not built yet: comes with ${broughtBy}.`]
      .filter((text) => text !== undefined && text !== "")
      .join("\n\n"),
    tags: [route.template.split("/")[3]?.split(":")[0]],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.hasBody
      ? { requestBody: { required: true, content: { "application/json": { schema: book.message(method.input) } } } }
      : {}),
    responses: responses(route, book, broughtBy),
    ...(broughtBy === "" ? {} : { "x-brought-by": broughtBy }),
  };
}

/** What a path does beyond its method's own comment. */
const notes: Readonly<Record<string, string | undefined>> = {
  SubscribeToEvents:
    "With `Upgrade: websocket` the same events come as JSON text frames; an error is the last frame and closes the socket. With `Accept: " +
    "text/event-stream` they come as server-sent events whose id is the cursor: `Last-Event-ID` wins over `cursor`, heartbeats have no data, and an " +
    "error is an event named `failure`.",
  GetHealth: "Answers 503 with the same body while the kernel is not ready.",
};

function responses({ method }: RestRoute, book: SchemaBook, broughtBy: string): Json {
  const error = { $ref: "#/components/responses/Error" };
  if (broughtBy !== "") return { "501": error, default: error };
  const schema = book.message(method.output);
  const isStream = method.methodKind === "server_streaming";
  const eventSource = method.name === "SubscribeToEvents" ? { "text/event-stream": { schema } } : {};
  const content = { [isStream ? "application/x-ndjson" : "application/json"]: { schema }, ...eventSource };
  const ok = { description: isStream ? "One message a line." : "Done.", content };
  const notReady = method.name === "GetHealth" ? { "503": { description: "Not ready.", content } } : {};
  return { "200": ok, ...notReady, default: error };
}

function pathParameters({ pathFields }: RestRoute, book: SchemaBook): Json[] {
  return pathFields.map((field) => ({ name: field.name, in: "path", required: true, ...parameter(field, book) }));
}

function queryParameters({ method, pathFields }: RestRoute, book: SchemaBook): Json[] {
  return leaves(method.input, "").flatMap(({ name, field }) => {
    if (pathFields.includes(field)) return [];
    const required = rulesOf(field)?.required === true;
    return [{ name, in: "query", ...(required ? { required } : {}), ...parameter(field, book) }];
  });
}

function headers({ method }: RestRoute, book: SchemaBook): Json[] {
  if (method.name !== "SubmitJob") return [];
  return [{ name: "Idempotency-Key", in: "header", ...parameter(JobSpecSchema.field.idempotencyKey, book) }];
}

function parameter(field: DescField, book: SchemaBook): Json {
  const { description, ...schema } = book.field(field);
  return {
    ...(description === undefined ? {} : { description }),
    schema: field.fieldKind === "map" ? schema.additionalProperties : schema,
  };
}

/** Fields that a query can set, dots leading into messages; a map is one parameter for each of its entries. */
function leaves(desc: DescMessage, prefix: string): { name: string; field: DescField }[] {
  return desc.fields.flatMap((field) => {
    const name = prefix + field.name;
    if (field.fieldKind === "message" && !field.message.typeName.startsWith("google.protobuf."))
      return leaves(field.message, `${name}.`);
    return [{ name: field.fieldKind === "map" ? `${name}.{name}` : name, field }];
  });
}

const errorSchema = {
  type: "object",
  description: "A refusal or failure.",
  properties: {
    code: { type: "string", description: "The gRPC status code, such as `invalid_argument`." },
    message: { type: "string", description: "For people: what is wrong, every fault, and what to do." },
    details: { type: "array", items: { $ref: "#/components/schemas/ErrorDetail" } },
  },
  required: ["code", "message", "details"],
};

const errorResponse = {
  description: "A refusal or failure, with everything that is wrong at once.",
  headers: {
    "Retry-After": { description: "Seconds; present when the same request may succeed later.", schema: { type: "integer" } },
  },
  content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
};

function sorted(schemas: ReadonlyMap<string, unknown>): Json {
  return Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
}
