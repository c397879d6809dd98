// What is shown, as the address says it: ?job=job_… for one job, ?state=…&name=… for the list.

import { type JobStateWord, jobStateWords } from "../client/index.ts";

export interface Address {
  /** Empty: the list. */
  readonly job: string;
  /** Undefined: every state. */
  readonly state: JobStateWord | undefined;
  /** What names begin with; empty: all. */
  readonly name: string;
}

const moved = "eigen:moved";

export function readAddress(): Address {
  const query = new URLSearchParams(location.search);
  const state = jobStateWords.find((word) => word === query.get("state"));
  return { job: query.get("job") ?? "", state, name: query.get("name") ?? "" };
}

export function toHref({ job = "", state, name = "" }: Partial<Address>): string {
  const query = new URLSearchParams();
  if (job !== "") query.set("job", job);
  if (state !== undefined) query.set("state", state);
  if (name !== "") query.set("name", name);
  return query.size === 0 ? "/" : `/?${query}`;
}

/** Shows something else without loading the page anew; the way back is kept. */
export function goTo(address: Partial<Address>): void {
  history.pushState(null, "", toHref(address));
  dispatchEvent(new Event(moved));
}

/** Links of this page and the buttons of the browser alike. */
export function watchAddress(onMove: () => void): void {
  addEventListener("popstate", onMove);
  addEventListener(moved, onMove);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-here]") : null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!(link instanceof HTMLAnchorElement) || !isPlain) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    onMove();
  });
}
