// A stream that is followed for as long as something is shown: while the kernel does not answer the page says so and goes on trying, from the
// cursor it had.

import type { KernelClient } from "../client/index.ts";
import { byId, replaceChildren } from "./elements.ts";

const againMs = 2000;

export interface Followed<Item> {
  /** `hearCursor` is for streams that tell where they begin. */
  readonly open: (cursor: string, hearCursor: (cursor: string) => void) => AsyncIterable<Item>;
  readonly cursorOf: (item: Item) => string;
  readonly take: (item: Item) => void;
  /** The stream has told where it begins: what is read from now on misses nothing. */
  readonly onBegin?: () => void;
}

export async function followForever<Item>(
  client: KernelClient,
  { open, cursorOf, take, onBegin }: Followed<Item>,
  signal: AbortSignal,
): Promise<void> {
  let cursor = "";
  const hearCursor = (heard: string): void => {
    if (cursor === "") onBegin?.();
    cursor = heard;
  };
  while (!signal.aborted) {
    try {
      // A stream may be silent for long: only an answer shows that the kernel is there.
      await client.getHealth();
      if (signal.aborted) return;
      tellLink("live");
      for await (const item of open(cursor, hearCursor)) {
        cursor = cursorOf(item);
        take(item);
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
