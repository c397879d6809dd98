import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exitCodes } from "./exit-codes.ts";
import { cliPage } from "./page.ts";

test("docs/cli.md is fresh (write it with `vitest run src/cli/page.test.ts -u`)", async () => {
  await expect(cliPage()).toMatchFileSnapshot("../../docs/cli.md");
});

test("the page has every exit code and every command", () => {
  const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
  for (const { code, meaning } of Object.values(exitCodes)) expect(page).toContain(`| ${code} | ${meaning} |`);
  const commands = [...page.matchAll(/^### `(.+)`$/gm)].map(([, name]) => name);
  expect(commands).toEqual([
    "eigen serve",
    "eigen dev",
    "eigen run",
    "eigen jobs list",
    "eigen jobs get",
    "eigen jobs watch",
    "eigen jobs cancel",
    "eigen jobs result",
    "eigen circuits check",
    "eigen circuits draw",
    "eigen circuits plan",
    "eigen devices list",
    "eigen config check",
    "eigen config show",
    "eigen completion",
  ]);
});
