// A stream that is followed for as long as something is shown: when the kernel is gone for longer than its client tries, the page says so
// and goes on trying, from the cursor it had.

import { byId, replaceChildren } from "./elements.ts";

const againMs = 2000;

export async function followForever<T>(
  open: (cursor: string) => AsyncIterable<T>,
  cursorOf: (item: T) => string,
  take: (item: T) => void,
  signal: AbortSignal,
  firstCursor = "",
): Promise<void> {
  let cursor = firstCursor;
  while (!signal.aborted) {
    try {
      tellLink("live");
      for await (const item of open(cursor)) {
        cursor = cursorOf(item);
        take(item);
        tellLink("live");
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isTransient(error)) throw error;
      tellLink("lost");
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
}

function isTransient(error: unknown): boolean {
  return (error as { readonly retryable?: boolean }).retryable === true;
}

/** Whether what is shown is how it is now. */
function tellLink(link: "live" | "lost"): void {
  const status = byId("link");
  if (status.dataset.link === link) return;
  status.dataset.link = link;
  replaceChildren(status, link === "live" ? "● live" : "○ the kernel does not answer; trying again");
}
