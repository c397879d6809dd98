// The kernel's page, run by a browser: the list of jobs, and one job with its histogram. It knows the kernel through its client alone.
// The address holds what is shown, so that it can be kept and sent.

import { KernelClient } from "../client/index.ts";
import { readAddress, watchAddress } from "./address.ts";
import { byId, replaceChildren } from "./elements.ts";
import { showJob } from "./job-view.ts";
import { showJobs } from "./jobs-view.ts";

// A stream that breaks is told at once: live.ts opens the next one.
const client = await KernelClient.connect(location.origin, { protocol: "connect", retry: { resumeCountMax: 1 } });
let shown = new AbortController();

function show(): void {
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  const address = readAddress();
  const main = byId("main");
  replaceChildren(main);
  const view = address.job === "" ? showJobs(main, client, address, signal) : showJob(main, client, address.job, signal);
  view.catch((error: unknown) => {
    if (!signal.aborted) replaceChildren(main, String(error));
  });
}

watchAddress(show);
show();
