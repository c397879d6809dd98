// `eigen config`: what a configuration comes to, and what is wrong with it.

import { type KernelConfig, notInEffect, reasonsNotToServe, type ShownKey, showConfig } from "../../entry/config/index.ts";
import { describeError, describeFault, type KernelError } from "../../model/errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type OutputFormat, printJson, table } from "../output.ts";
import type { World } from "../world.ts";

/** Tells two things apart: whether the file is valid, and whether a kernel would serve with it. */
export async function checkConfig(world: World, file: string | undefined, format: OutputFormat): Promise<number> {
  const config = await world.readConfig(file);
  if (!config.ok) return refuse(world, config.error, format);
  const { source, options } = config.value;
  const waiting = notInEffect(config.value);
  const reasons = reasonsNotToServe(config.value);
  const code = (reasons.length === 0 ? exitCodes.ok : exitCodes.notServable).code;
  if (format === "json") {
    const ok = reasons.length === 0;
    printJson(world, { source, valid: true, ok, mode: options.mode, notInEffect: waiting, reasonsNotToServe: reasons });
    return code;
  }
  world.stdout.write(`${source}: valid, mode ${options.mode}\n`);
  if (waiting.length > 0) {
    const rows = waiting.map(({ path, broughtBy }) => [path, broughtBy]);
    world.stdout.write(`\nAccepted, not in effect:\n${table(["KEY", "COMES WITH"], rows)}`);
  }
  if (reasons.length > 0) {
    const told = reasons.map(describeFault).join("\n");
    world.stdout.write(`\n\`eigen serve\` would refuse to start with it in ${options.mode} mode, because:\n${told}\n`);
  }
  return code;
}

/** Everything the kernel would run with; secrets are redacted. */
export async function showConfigFile(world: World, file: string | undefined, format: OutputFormat): Promise<number> {
  const config = await world.readConfig(file);
  if (!config.ok) return refuse(world, config.error, format);
  const keys = showConfig(config.value);
  if (format === "json") printJson(world, { source: config.value.source, keys });
  else world.stdout.write(`# ${config.value.source}\n${keysTable(keys, config.value)}`);
  return exitCodes.ok.code;
}

function keysTable(keys: readonly ShownKey[], { source }: KernelConfig): string {
  const rows = keys.map(({ path, value, from, room, state, broughtBy, because }) => [
    path,
    Array.isArray(value) ? value.join(", ") : String(value),
    from === "file" ? source : from,
    room,
    stateText(state, because, broughtBy),
  ]);
  return table(["KEY", "VALUE", "FROM", "ROOM", "STATE"], rows);
}

function stateText(state: string, because: string, broughtBy: string): string {
  const why = [because, broughtBy === "" ? "" : `comes with ${broughtBy}`].filter((text) => text !== "").join("; ");
  return why === "" ? state : `${state} (${why})`;
}

function refuse(world: World, error: KernelError, format: OutputFormat): number {
  if (format === "json") printJson(world, { valid: false, ok: false, ...error });
  else world.stderr.write(`${describeError(error)}\n`);
  return exitCodes.refused.code;
}
