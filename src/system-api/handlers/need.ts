// A call that needs a room which this kernel does not run is told so by name.

import { refuse } from "../errors.ts";

export function need<Room>(room: Room | undefined, component: string): Room {
  return room ?? refuse("component_off", { facts: { component } });
}

export async function* mapStream<From, To>(
  source: AsyncIterable<From> | Iterable<From>,
  convert: (item: From) => To,
): AsyncIterable<To> {
  for await (const item of source) yield convert(item);
}
