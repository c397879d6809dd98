// Tells drizzle-kit where the schema stands, so that `drizzle-kit generate` writes the next migration into drizzle/.
// Triggers are not part of a drizzle schema: they are migrations written by hand (`drizzle-kit generate --custom`).

import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "sqlite", schema: "./src/adapters/sqlite/schema.ts", out: "./drizzle" });
