// Runs on workerd: the SQLite of Durable Objects, one per path, for the tests of the store over it. Takes statements, gives rows.

import { type ObjectStorage, openObjectStorage } from "../../src/adapters/durable-object/connection.ts";
import type { Statement } from "../../src/adapters/sqlite/connection.ts";

interface Question {
  readonly isCommit: boolean;
  readonly statements: readonly Statement[];
}

export class StorageObject {
  readonly #connection: ReturnType<typeof openObjectStorage>;

  constructor({ storage }: { readonly storage: ObjectStorage }) {
    this.#connection = openObjectStorage(storage);
  }

  async fetch(request: Request): Promise<Response> {
    const { isCommit, statements } = JSON.parse(await request.text(), revive) as Question;
    try {
      const [first] = statements;
      const rows = isCommit
        ? await this.#connection.commit(statements)
        : first === undefined
          ? []
          : [await this.#connection.query(first)];
      return new Response(JSON.stringify({ rows }, replace));
    } catch (error) {
      const { message, code } = error as Error & { readonly code?: string };
      return new Response(JSON.stringify({ error: { message, code } }));
    }
  }
}

// Bytes travel as { hex }.

function replace(_key: string, value: unknown): unknown {
  if (!(value instanceof ArrayBuffer)) return value;
  return { hex: Array.from(new Uint8Array(value), (byte) => byte.toString(16).padStart(2, "0")).join("") };
}

function revive(_key: string, value: unknown): unknown {
  const hex = (value as { readonly hex?: string } | null)?.hex;
  if (hex === undefined) return value;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

interface Variables {
  readonly STORAGE: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
}

export default {
  fetch(request: Request, { STORAGE }: Variables): Promise<Response> {
    return STORAGE.get(STORAGE.idFromName(new URL(request.url).pathname)).fetch(request);
  },
};
