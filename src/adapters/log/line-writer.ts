// Writes log lines to a stream such as stderr without ever harming the kernel: a reader that is slow costs lines, not memory, and
// a reader that is gone (`eigen serve 2>&1 | head`) costs the log, not the process.

import type { Writable } from "node:stream";
import { limits } from "../../base/limits.ts";

/** `describeDropped`: the line that tells how many were dropped, once there is room again. */
export function createLineWriter(stream: Writable, describeDropped: (count: number) => string): (line: string) => void {
  let dropped = 0;
  // Without a listener, an error of the stream would end the process.
  stream.on("error", () => {});
  return (line) => {
    if (stream.writableLength > limits.logBacklogBytesMax) {
      dropped++;
      return;
    }
    if (dropped > 0) {
      stream.write(`${describeDropped(dropped)}\n`);
      dropped = 0;
    }
    stream.write(`${line}\n`);
  };
}
