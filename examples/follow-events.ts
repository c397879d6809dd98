// Prints every move of every job, from the first one on, and stays until Ctrl-C. Stop and start the kernel meanwhile: nothing is missed or
// told twice. Start a kernel (`npm start`), then `bun examples/follow-events.ts [CURSOR]`.

import process from "node:process";
import { KernelClient } from "../src/client/index.ts";

const client = await KernelClient.connect(process.env.EIGEN_URL ?? "http://localhost:8080", {
  // Patient enough for a kernel that is being restarted by hand.
  retry: { attemptCountMax: 100 },
});

for await (const event of client.subscribeToEvents({ cursor: process.argv[2] ?? "0" })) {
  const job = event.name === "" ? event.jobId : `${event.jobId} (${event.name})`;
  console.log(`${event.cursor}  ${event.at.toISOString()}  ${job}  ${event.from ?? "new"} -> ${event.to}: ${event.reason}`);
}
