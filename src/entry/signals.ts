// How a process that stays is told to end.

import process from "node:process";

/** The first SIGINT or SIGTERM ends the kernel in peace, the second one at once. */
export function untilSignalled(): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    const onSignal = (): void => {
      count++;
      if (count > 1) process.exit(130);
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
