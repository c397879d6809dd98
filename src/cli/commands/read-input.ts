// Files that the user names.

import type { World } from "../world.ts";

/** Undefined when it cannot be read, which stderr then says. */
export async function readInput(world: World, file: string): Promise<string | undefined> {
  const text = await world.readText(file);
  if (text === undefined) world.stderr.write(`error: There is no file "${file}" that can be read. "-" reads standard input.\n`);
  return text;
}
