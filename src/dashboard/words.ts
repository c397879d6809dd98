// How times, states and errors read on the page.

import { type JobStateWord, KernelClientError } from "../client/index.ts";
import { element } from "./elements.ts";

// Colour never stands alone: each state has a sign and its word.
const signs: Readonly<Record<JobStateWord, string>> = {
  queued: "◌",
  scheduled: "◔",
  running: "◑",
  completed: "●",
  failed: "✕",
  cancelled: "⊘",
  dead: "☓",
};

export function stateBadge(state: JobStateWord): HTMLElement {
  return element("span", { class: `state ${state}` }, `${signs[state]} ${state.toUpperCase()}`);
}

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" });
const clockOfMoves = new Intl.DateTimeFormat(undefined, {
  hour: "numeric",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const clockWithZone = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** `fine`: to the millisecond, without the date. */
export function timeElement(at: Date, precision: "usual" | "fine" = "usual"): HTMLElement {
  const text = (precision === "fine" ? clockOfMoves : clock).format(at);
  return element("time", { datetime: at.toISOString(), title: clockWithZone.format(at) }, text);
}

/** From milliseconds to hours, three digits. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toPrecision(3)} s`;
  if (ms < 3_600_000) return `${(ms / 60_000).toPrecision(3)} min`;
  return `${(ms / 3_600_000).toPrecision(3)} h`;
}

/** What went wrong and what to do, as the kernel says it. */
export function errorBox(error: unknown): HTMLElement {
  const text = error instanceof KernelClientError ? error.message : String(error);
  return element("p", { class: "error", role: "alert" }, text);
}

/** What cannot be told is grey and says so; it is never zero. */
export function notMeasured(): HTMLElement {
  return element("span", { class: "missing" }, "not measured");
}
