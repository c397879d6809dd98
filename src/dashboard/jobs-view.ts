// The newest jobs, kept up to date by the stream of events, and the form that submits one.

import { type JobInfo, type JobStateWord, jobStateWords, type KernelClient } from "../client/index.ts";
import { type Address, goTo, toHref } from "./address.ts";
import { type Child, element, replaceChildren, table } from "./elements.ts";
import { followForever } from "./live.ts";
import { submitForm } from "./submit-form.ts";
import { duration, errorBox, notMeasured, stateBadge, timeElement } from "./words.ts";

/** Rows of the list: the newest ones; the filters find the others. */
const rowCountMax = 100;
/** Events that come faster than this are shown together. */
const refreshMs = 250;

export async function showJobs(main: Element, client: KernelClient, address: Address, signal: AbortSignal): Promise<void> {
  const list = element("section", { "aria-live": "polite", "aria-busy": "true" });
  replaceChildren(main, submitForm(client), filterForm(address), list);
  let isDue = false;
  const refresh = async (): Promise<void> => {
    try {
      const jobs = await readJobs(client, address, signal);
      if (!signal.aborted) replaceChildren(list, ...listOf(jobs, address));
    } catch (error) {
      if (!signal.aborted) replaceChildren(list, errorBox(error));
    }
    list.removeAttribute("aria-busy");
  };
  const refreshSoon = (): void => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      if (!signal.aborted) void refresh();
    }, refreshMs);
  };
  await refresh();
  await followForever(
    client,
    {
      open: (cursor, hearCursor) => client.subscribeToEvents({ cursor, signal, onCursor: hearCursor }),
      cursorOf: (event) => event.cursor,
      take: refreshSoon,
      // What moved between the first look and this moment.
      onBegin: refreshSoon,
    },
    signal,
  );
}

async function readJobs(client: KernelClient, { state, name }: Address, signal: AbortSignal): Promise<readonly JobInfo[]> {
  const jobs: JobInfo[] = [];
  const filter = { namePrefix: name, ...(state === undefined ? {} : { states: [state] }) };
  for await (const job of client.listJobs(filter, { signal })) {
    if (jobs.push(job) === rowCountMax) break;
  }
  return jobs;
}

function filterForm({ state, name }: Address): HTMLElement {
  const states = element(
    "select",
    { name: "state" },
    element("option", { value: "" }, "every state"),
    ...jobStateWords.map((word) => element("option", { value: word, selected: word === state }, word)),
  );
  const names = element("input", { name: "name", value: name, placeholder: "name begins with", maxlength: "128" });
  const apply = (event: Event): void => {
    event.preventDefault();
    goTo({ state: jobStateWords.find((word: JobStateWord) => word === states.value), name: names.value });
  };
  return element(
    "form",
    { class: "filters", role: "search", "aria-label": "Filter jobs", submit: apply, change: apply },
    element("label", {}, "State ", states),
    element("label", {}, "Name ", names),
  );
}

function listOf(jobs: readonly JobInfo[], { state, name }: Address): readonly Child[] {
  if (jobs.length === 0) {
    const isFiltered = state !== undefined || name !== "";
    const text = isFiltered ? "No job is like this. " : "No jobs yet. Submit the Bell pair above, or ";
    const rest = isFiltered
      ? element("a", { href: toHref({}), "data-here": true }, "Show all jobs.")
      : element("code", {}, "npm run -s eigen -- run circuit.qasm");
    return [element("p", { class: "empty" }, text, rest)];
  }
  const rows = jobs.map((job) => [
    element("a", { href: toHref({ job: job.jobId }), "data-here": true }, job.name === "" ? job.jobId : job.name),
    stateBadge(job.state),
    job.device === "" ? "" : job.device,
    job.shots.toLocaleString(),
    timeElement(job.submittedAt),
    job.endedAt === undefined ? notMeasured() : duration(job.endedAt.getTime() - job.submittedAt.getTime()),
  ]);
  const caption =
    jobs.length === rowCountMax ? `The newest ${rowCountMax} jobs` : `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`;
  return [table(caption, ["Job", "State", "Device", "Shots", "Submitted", "Took"], rows)];
}
