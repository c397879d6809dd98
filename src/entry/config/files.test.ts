import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchemaText } from "./json-schema.ts";
import { type KeyInEffect, type KeyValue, keyRow, keyTable } from "./keys.ts";
import { configOf, fileWith, parseText } from "./load.fixture.ts";
import { configurationPage } from "./page.ts";
import { configSchema } from "./schema.ts";
import { checkServe } from "./serve-check.ts";
import { notInEffect } from "./show.ts";
import { leafKeys } from "./walk.ts";

const root = join(import.meta.dirname, "../../..");
const specification = join(root, "../shared/specification.md");
const files = ["kernel", "production", "test", "development"] as const;

const readRepository = (path: string) => readFileSync(join(root, path), "utf8");

test.skipIf(!existsSync(specification)).each(files.slice(0, 3))(
  "config/%s.yaml is the specification's text, byte for byte (skipped where the specification is not beside the repository)",
  (name) => {
    const text = readFileSync(specification, "utf8");
    const [, block] = text.split(`Create \`config/${name}.yaml\`:\n\`\`\`yaml\n`);
    expect(block?.split("```")[0]).toBe(readRepository(`config/${name}.yaml`));
  },
);

test.each(files)("config/%s.yaml loads, and every key of it is in the table", async (name) => {
  const { given } = await configOf(readRepository(`config/${name}.yaml`));
  expect(given.length).toBeGreaterThan(5);
  for (const { path, key } of given) expect(keyRow(key), path).toBeDefined();
});

test("the files come to what they say", async () => {
  const kernel = await configOf(readRepository("config/kernel.yaml"));
  expect(kernel.options).toMatchObject({
    mode: "development",
    clusterName: "eigen-local",
    isolationLevel: "medium",
    maxConcurrentTasks: 100,
  });
  const production = await configOf(readRepository("config/production.yaml"));
  expect(production.options).toMatchObject({
    mode: "production",
    host: "0.0.0.0",
    threadPool: { coreSize: 8, maxSize: 32, queueSize: 10_000 },
    network: { maxConcurrentRequests: 1000, requestTimeoutMs: 30_000, keepAlive: true, corsAllowedOrigins: [] },
  });
  const forTests = await configOf(readRepository("config/test.yaml"));
  expect(forTests.options).toMatchObject({
    mode: "test",
    maxConcurrentTasks: 10,
    useInMemoryStorage: true,
    circuitCacheSize: 100,
    logLevel: "debug",
  });
});

test("production.yaml loads and does not serve; the others serve", async () => {
  const refusals = checkServe(await configOf(readRepository("config/production.yaml"))).map(({ field }) => field);
  expect(refusals).toContain("kernel.security.tls.enabled");
  expect(refusals).toContain("kernel.security.authentication.providers[1].client_id");
  expect(refusals).toContain("kernel.security.authorization.policy_engine");
  expect(refusals).toContain("kernel.storage.qfs.circuit_fs.encryption");
  expect(refusals).toContain("kernel.backup.encryption");
  for (const name of ["kernel", "test", "development"]) {
    expect(checkServe(await configOf(readRepository(`config/${name}.yaml`))), name).toEqual([]);
  }
});

test("everything that development.yaml sets is in effect", async () => {
  expect(notInEffect(await configOf(readRepository("config/development.yaml")))).toEqual([]);
});

test("the key table lists exactly the keys of the schema, each once", () => {
  const keys = keyTable.map(({ key }) => key);
  // The name alone, `authentication: jwt`, is a key beside those of its long form.
  expect([...keys].sort()).toEqual([...leafKeys(configSchema)].sort());
  expect(new Set(keys).size).toBe(keys.length);
});

test("every key has a room, a meaning, and what will bring it if it is not in effect", () => {
  const rooms = [
    "adapters",
    "compiler",
    "driver-manager",
    "entry",
    "observability",
    "qfs",
    "qrtx",
    "resource-manager",
    "security",
    "simulator",
    "system-api",
  ];
  for (const row of keyTable) {
    expect(rooms, row.key).toContain(row.room);
    expect(row.meaning, row.key).toMatch(/\.$/);
    if (row.state !== "in effect") expect(row.broughtBy, row.key).toMatch(/^the .* issue$/);
  }
});

const inEffect = keyTable.filter((row): row is KeyInEffect => row.state === "in effect");

test.each(inEffect.map((row) => [row.key, row] as const))("setting %s changes what the kernel runs with", async (key, row) => {
  const before = row.read((await configOf("kernel: {}")).options);
  const value = otherThan(key, before);
  expect(row.read((await configOf(fileWith({ [key]: value }))).options)).toEqual(value);
  expect(value).not.toEqual(before);
});

function otherThan(key: string, before: KeyValue): KeyValue {
  const special: Readonly<Record<string, KeyValue>> = {
    "kernel.mode": "staging",
    "kernel.network.host": "127.0.0.2",
    "kernel.performance.network.request_timeout": "7s",
    "kernel.observability.log_level": "warn",
    "kernel.performance.thread_pool.core_size": 1,
  };
  if (special[key] !== undefined) return special[key];
  if (before === undefined || typeof before === "boolean") return before !== true;
  if (typeof before === "number") return before + 3;
  return typeof before === "string" ? `${before}-2` : ["https://lab.example.org"];
}

const howToMend = "is stale: `node tools/generate-config.mjs` writes it again";

test("the JSON schema beside the files is fresh and describes every key", () => {
  const text = readRepository("config/kernel.schema.json");
  expect(text, `config/kernel.schema.json ${howToMend}`).toBe(jsonSchemaText());
  const described = text.split('"description":').length - 1;
  expect(described).toBeGreaterThanOrEqual(keyTable.length);
});

test("the page of the book is fresh and has a row for every key", () => {
  const page = readRepository("docs/configuration.md");
  expect(page, `docs/configuration.md ${howToMend}`).toBe(configurationPage());
  for (const { key } of keyTable) expect(page).toContain(`\`${key}\` |`);
  expect(page).not.toMatch(/undefined|another value/);
});

test("no mutilated file crashes the loader, and what still loads has every key in the table", async () => {
  const seed = 4711;
  let state = seed;
  const draw = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const texts = files.map((name) => readRepository(`config/${name}.yaml`));
  const pieces = [..."{}[]:,&*!|>'\"%@`#-?~\n\t ", "$", "null", "1e999", "\uFEFF", "<<: *x", "&x ", "---\n"];
  let loadedCount = 0;
  for (let round = 0; round < 400; round++) {
    let text = texts[round % texts.length] ?? "";
    for (let edit = draw(3); edit >= 0; edit--) {
      const from = draw(text.length + 1);
      text = text.slice(0, from) + pieces[draw(pieces.length)] + text.slice(from + draw(12));
    }
    const about = `seed ${seed}, round ${round}`;
    const parsed = await parseText(text);
    if (!parsed.ok) {
      expect(parsed.error.faults.length, about).toBeGreaterThan(0);
      for (const fault of parsed.error.faults) expect(fault.wanted, about).not.toBe("");
      continue;
    }
    loadedCount++;
    for (const { key, path } of parsed.value.given) expect(keyRow(key), `${about}, ${path}`).toBeDefined();
  }
  // Comments and quoted texts take a blow; a test that only ever sees refusals would not look at what loads.
  expect(loadedCount).toBeGreaterThan(10);
  expect(loadedCount).toBeLessThan(390);
});
