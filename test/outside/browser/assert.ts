// What the checks use of node:assert/strict, for a page: esbuild puts this in its place.

export default Object.assign(ok, {
  ok,
  equal,
  notEqual,
  deepEqual,
  notDeepEqual,
  match,
  fail,
  rejects,
  doesNotReject: (promise: Promise<unknown>) => promise,
});

type Expectation = RegExp | ((error: unknown) => boolean) | object;

function ok(value: unknown, message = "wanted something true"): void {
  if (!value) fail(`${message}, found ${show(value)}`);
}

function equal(actual: unknown, expected: unknown, message = ""): void {
  if (!Object.is(actual, expected)) fail(`${message} wanted ${show(expected)}, found ${show(actual)}`);
}

function notEqual(actual: unknown, expected: unknown, message = ""): void {
  if (Object.is(actual, expected)) fail(`${message} wanted anything but ${show(expected)}`);
}

function deepEqual(actual: unknown, expected: unknown, message = ""): void {
  if (!isDeepEqual(actual, expected)) fail(`${message} wanted ${show(expected)}, found ${show(actual)}`);
}

function notDeepEqual(actual: unknown, expected: unknown, message = ""): void {
  if (isDeepEqual(actual, expected)) fail(`${message} wanted anything but ${show(expected)}`);
}

function match(text: string, pattern: RegExp, message = ""): void {
  if (!pattern.test(text)) fail(`${message} wanted text matching ${pattern}, found ${show(text)}`);
}

function fail(message: string): never {
  throw new Error(message);
}

async function rejects(promise: Promise<unknown>, expected?: Expectation): Promise<void> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (thrown === undefined) fail("wanted a rejection");
  const { error } = thrown;
  if (expected instanceof RegExp) match(String(error), expected);
  else if (typeof expected === "function") ok(expected(error), `a rejection that was not expected: ${String(error)}`);
  else if (expected !== undefined) {
    for (const [name, value] of Object.entries(expected)) deepEqual((error as Record<string, unknown>)[name], value, name);
  }
}

function isDeepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Map && b instanceof Map) return isDeepEqual([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((value) => b.has(value));
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return names.every((name) => Object.hasOwn(b, name) && isDeepEqual(one[name], other[name]));
}

const shownLengthMax = 500;

function show(value: unknown): string {
  const text = JSON.stringify(value, (_name, part) => (typeof part === "bigint" ? `${part}n` : part)) ?? String(value);
  return text.slice(0, shownLengthMax);
}
