// A libSQL database behind HTTP: Hrana 2 over one file, as much of it as @libsql/client/web speaks when its calls are single statements and
// batches (Hrana specification, libsql project). Streams that stay open between two requests are refused: the kernel never reads, decides
// and then writes across a round trip.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Database from "libsql";

export interface HranaServer {
  readonly url: string;
  /** What happens to the next request: its reply is lost after it was done, or it is lost before. */
  fault: "none" | "lose_request" | "lose_reply";
  close(): Promise<void>;
}

export interface HranaServerOptions {
  readonly path: string;
  /** Wanted of every request; empty: none. */
  readonly authToken?: string;
  /** 0: any free port. */
  readonly port?: number;
  /** Requests that are lost before they are done, by their numbers from 1 on; none when left out. */
  readonly isLost?: (requestNumber: number) => boolean;
}

interface WireValue {
  readonly type: "null" | "integer" | "float" | "text" | "blob";
  readonly value?: string | number;
  readonly base64?: string;
}
interface WireStatement {
  readonly sql?: string;
  readonly sql_id?: number;
  readonly args?: readonly WireValue[];
}
type WireCondition =
  | { readonly type: "ok" | "error"; readonly step: number }
  | { readonly type: "not"; readonly cond: WireCondition }
  | { readonly type: "and" | "or"; readonly conds: readonly WireCondition[] }
  | { readonly type: "is_autocommit" };
interface WireBatch {
  readonly steps: readonly { readonly condition?: WireCondition | null; readonly stmt: WireStatement }[];
}
type WireRequest =
  | { readonly type: "close" | "get_autocommit" }
  | { readonly type: "execute"; readonly stmt: WireStatement }
  | { readonly type: "batch"; readonly batch: WireBatch }
  | { readonly type: "store_sql"; readonly sql_id: number; readonly sql: string }
  | { readonly type: "close_sql"; readonly sql_id: number };
interface WireError {
  readonly message: string;
  readonly code: string;
}

const bodyBytesMax = 16 * 1024 * 1024;

export async function startHranaServer({
  path,
  authToken = "",
  port = 0,
  isLost = () => false,
}: HranaServerOptions): Promise<HranaServer> {
  const database = new Database(path);
  database.exec("pragma journal_mode = wal");
  database.exec("pragma synchronous = full");
  const http = createServer();
  let requestCount = 0;
  const server: HranaServer = {
    url: "",
    fault: "none",
    close: () => closeAll(http, database),
  };
  http.on("request", async (request, response) => {
    const fault = server.fault;
    server.fault = "none";
    if (fault === "lose_request" || isLost(++requestCount)) return response.destroy();
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    if (authToken !== "" && request.headers.authorization !== `Bearer ${authToken}`) return answer(401, { error: "no" });
    if (request.url !== "/v2/pipeline") return answer(request.url === "/v2" ? 200 : 404, {});
    try {
      const body = JSON.parse(await readBody(request)) as { baton?: string | null; requests: readonly WireRequest[] };
      if (typeof body.baton === "string") return answer(400, { error: "streams end with their request" });
      const results = runPipeline(database, body.requests);
      if (fault === "lose_reply") return response.destroy();
      answer(200, { baton: null, base_url: null, results });
    } catch (error) {
      answer(400, { error: String(error) });
    }
  });
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

async function closeAll(http: Server, database: Database.Database): Promise<void> {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  database.close();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytesMax) throw new Error("the request is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** One request is one stream; nothing else runs meanwhile, because every call is synchronous. */
function runPipeline(database: Database.Database, requests: readonly WireRequest[]): readonly unknown[] {
  const texts = new Map<number, string>();
  try {
    return requests.map((request) => {
      try {
        return { type: "ok", response: { type: request.type, ...runRequest(database, texts, request) } };
      } catch (error) {
        return { type: "error", error: toWireError(error) };
      }
    });
  } finally {
    if (database.inTransaction) database.exec("rollback");
  }
}

function runRequest(database: Database.Database, texts: Map<number, string>, request: WireRequest): object {
  switch (request.type) {
    case "execute":
      return { result: execute(database, texts, request.stmt) };
    case "batch":
      return { result: runBatch(database, texts, request.batch) };
    case "store_sql":
      texts.set(request.sql_id, request.sql);
      return {};
    case "close_sql":
      texts.delete(request.sql_id);
      return {};
    case "get_autocommit":
      return { is_autocommit: !database.inTransaction };
    case "close":
      return {};
    default:
      throw new Error(`unknown request ${(request as { type: string }).type}`);
  }
}

function runBatch(database: Database.Database, texts: ReadonlyMap<number, string>, { steps }: WireBatch): object {
  const results: (object | null)[] = [];
  const errors: (WireError | null)[] = [];
  const holds = (condition: WireCondition): boolean => {
    switch (condition.type) {
      case "ok":
        return results[condition.step] !== null;
      case "error":
        return errors[condition.step] !== null;
      case "not":
        return !holds(condition.cond);
      case "and":
        return condition.conds.every(holds);
      case "or":
        return condition.conds.some(holds);
      case "is_autocommit":
        return !database.inTransaction;
    }
  };
  for (const { condition, stmt } of steps) {
    let result: object | null = null;
    let error: WireError | null = null;
    if (condition === undefined || condition === null || holds(condition)) {
      try {
        result = execute(database, texts, stmt);
      } catch (thrown) {
        error = toWireError(thrown);
      }
    }
    results.push(result);
    errors.push(error);
  }
  return { step_results: results, step_errors: errors };
}

function execute(
  database: Database.Database,
  texts: ReadonlyMap<number, string>,
  { sql, sql_id, args = [] }: WireStatement,
): object {
  const text = sql ?? texts.get(sql_id ?? Number.NaN);
  if (text === undefined) throw new Error(`no text ${sql_id}`);
  const statement = database.prepare(text);
  const values = args.map(fromWire);
  let columns: readonly { readonly name: string }[] = [];
  try {
    statement.raw(true);
    columns = statement.columns();
  } catch {
    // The driver refuses raw() on a statement without columns.
  }
  const rows = columns.length > 0 ? (statement.all(values) as unknown[][]) : [];
  const changes = columns.length > 0 ? 0 : statement.run(values).changes;
  return {
    cols: columns.map(({ name }) => ({ name, decltype: null })),
    rows: rows.map((row) => row.map(toWire)),
    affected_row_count: changes,
    last_insert_rowid: null,
  };
}

function fromWire({ type, value, base64 = "" }: WireValue): unknown {
  switch (type) {
    case "null":
      return null;
    case "integer":
      return Number(value);
    case "blob":
      return new Uint8Array(Buffer.from(base64, "base64"));
    default:
      return value;
  }
}

function toWire(value: unknown): WireValue {
  if (value === null || value === undefined) return { type: "null" };
  if (typeof value === "number")
    return Number.isInteger(value) ? { type: "integer", value: String(value) } : { type: "float", value };
  if (typeof value === "string") return { type: "text", value };
  return { type: "blob", base64: Buffer.from(value as Uint8Array).toString("base64") };
}

function toWireError(error: unknown): WireError {
  const { message, code } = error as { message: string; code?: string };
  return { message, code: code ?? "UNKNOWN" };
}
