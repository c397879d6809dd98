// Durations and sizes as configuration files write them: "10ms", "30s", "4G". A bare number is refused, because nobody can
// tell its unit by looking at it.

const msPerUnit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
// Binary, as the JVM options that these keys are named after.
const bytesPerUnit = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;

export const durationPattern = /^(0|[1-9]\d{0,8})(ms|s|m|h|d)$/;
export const sizePattern = /^(0|[1-9]\d{0,8})([KMGT]?)$/;

export const durationForm = "a whole number with its unit ms, s, m, h or d, such as 30s";
export const sizeForm = "a whole number of bytes with K, M, G or T (powers of 1024), such as 4G";

/** Milliseconds, or undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = durationPattern.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * msPerUnit[match[2] as keyof typeof msPerUnit];
}

/** The shortest text that parseDuration reads back. */
export function formatDuration(durationMs: number): string {
  return formatWith(durationMs, Object.entries(msPerUnit));
}

/** Bytes, or undefined when the text is not a size. */
export function parseSize(text: string): number | undefined {
  const match = sizePattern.exec(text);
  if (match === null) return undefined;
  const sizeBytes = Number(match[1]) * bytesPerUnit[match[2] as keyof typeof bytesPerUnit];
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}

/** The shortest text that parseSize reads back. */
export function formatSize(sizeBytes: number): string {
  return formatWith(sizeBytes, Object.entries(bytesPerUnit));
}

// The largest unit that divides the value; units ascend.
function formatWith(value: number, units: readonly (readonly [string, number])[]): string {
  const fitting = value === 0 ? units.slice(0, 1) : units.filter(([, size]) => value % size === 0);
  const [name, size] = fitting.at(-1) ?? ["", 1];
  return `${value / size}${name}`;
}
