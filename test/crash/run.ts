// `npm run test:crash -- [--runs N] [--seed S] [--runtime bun|deno|node] [--bug NAME]`: kernels on a real file, killed under load.

import process from "node:process";
import { failWithUsage, readTextOptions } from "../support/options.ts";
import { crash } from "./crash.ts";
import type { PlantedBug } from "./plan.ts";

const usage = "npm run test:crash -- [--runs N] [--seed S] [--runtime bun|deno|node] [--bug skip_commit|forget_key]";
const values = readTextOptions(["runs", "seed", "runtime", "bug"], usage);
const runs = Number(values.runs ?? 200);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 20));
const runtime = (["bun", "deno", "node"] as const).find((name) => name === (values.runtime ?? "bun"));
const bug = (["none", "skip_commit", "forget_key"] as const).find((name: PlantedBug) => name === (values.bug ?? "none"));
if (runtime === undefined || bug === undefined || !Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  failWithUsage(usage);
}
process.stderr.write(`seed ${seed}\n`);
const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
const { totals, endings, violations } = await crash({ runtime, seed, runs, bug, onProgress });
for (const violation of violations.slice(0, 30)) process.stderr.write(`${violation}\n`);
process.stdout.write(`${JSON.stringify({ seed, runs, runtime, violations: violations.length, endings, totals })}\n`);
process.exit(violations.length === 0 ? 0 : 1);
