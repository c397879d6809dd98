// docs/configuration.md: the key table as a page.

import { type KeyRow, keyTable } from "./keys.ts";
import { type EffectiveOptions, effectiveOptions, environmentVariables } from "./options.ts";
import { configSchema } from "./schema.ts";
import { keySteps, wantedAt } from "./walk.ts";

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const defaults = effectiveOptions({}, { env: {}, coreCount: 1 });
  return `${opening}
## Keys in effect

| key | values | default | what it does | room |
|---|---|---|---|---|
${rows("in effect", (row) => [code(row.key), wanted(row), fallback(row, defaults), row.meaning, row.room])}

## Keys that are accepted and not in effect

They are checked like all others, listed when the kernel starts, and wait for what brings them. A kernel in \`staging\` or \`production\` does
not start while one marked with a shield is asked for.

| key | values | what it will do | room | comes with |
|---|---|---|---|---|
${rows("accepted, not in effect", (row) => [shield(row) + code(row.key), wanted(row), row.meaning, row.room, row.broughtBy])}

## Environment

| variable | meaning |
|---|---|
${environmentVariables.map(({ name, meaning }) => `| ${code(name)} | ${meaning} |`).join("\n")}
`;
}

const opening = `<!-- Generated from src/entry/config. Do not edit. -->

# Configuration

A configuration is one YAML file with everything under \`kernel:\`. \`eigen config check FILE\` tells all its faults, \`eigen config show FILE\` what it
comes to. Every key may be left out. Editors complete it with \`config/kernel.schema.json\`.

- Durations and sizes carry their unit: \`10ms\`, \`30s\`, \`4G\` (powers of 1024).
- Any text may hold \`\${env:NAME}\` or \`\${file:PATH}\`; what comes in that way is never shown. \`$\${\` stands for a plain \`\${\`.
- \`kernel.qfs.*\` and \`kernel.storage.qfs.*\` are a short and a long form of the same settings; so are \`tracing_exporter\`, \`events_backend\` and
  \`metrics_port\` of \`kernel.observability\` and the sections below it. Two different values are a fault. Of two isolation levels the stricter one counts.
- \`development\` and \`test\` listen on this machine only. \`staging\` and \`production\` do not start with protection that is asked for and not in
  effect, with \`disable_authentication\` or \`allow_all_operations\`, or open to others without authentication.
`;

type RowOf<State extends KeyRow["state"]> = Extract<KeyRow, { readonly state: State }>;

function rows<State extends KeyRow["state"]>(state: State, cells: (row: RowOf<State>) => readonly string[]): string {
  const isOfState = (row: KeyRow): row is RowOf<State> => row.state === state;
  return keyTable
    .filter(isOfState)
    .map((row) => `| ${cells(row).join(" | ")} |`)
    .join("\n");
}

function wanted({ key }: KeyRow): string {
  return wantedAt(configSchema, keySteps(key)).replaceAll("|", "\\|");
}

function fallback(row: RowOf<"in effect">, defaults: EffectiveOptions): string {
  return row.fallback ?? code(String(row.read(defaults)));
}

function shield(row: RowOf<"accepted, not in effect">): string {
  return row.protects ? "🛡 " : "";
}

function code(text: string): string {
  return `\`${text}\``;
}
