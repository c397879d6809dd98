// Questions through @libsql/client, for files and for databases behind HTTP alike.

import type { Client } from "@libsql/client";
import type { Reader } from "../sqlite/connection.ts";

/** The client is the reader's from here on. */
export function clientReader(client: Client): Reader {
  return {
    query: async ({ sql, args }) => (await client.execute({ sql, args: [...args] })).rows,
    close: () => client.close(),
  };
}
