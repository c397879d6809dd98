// Our own mistakes crash: a broken invariant is a bug in the kernel, never a user's fault.

export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

export function invariant(holds: unknown, rule: string): asserts holds {
  if (!holds) throw new InvariantError(`invariant broken: ${rule}`);
}
