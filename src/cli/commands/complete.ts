// `eigen complete`, which the shells ask at every press of the tab key: candidates as lines of value, tab, description; `:files` where the
// shell is to add its own files. It never complains: a shell in the middle of a line is no place to.

import type { Command } from "commander";
import { limits } from "../../base/limits.ts";
import type { JobStateWord, KernelClient } from "../../client/index.ts";
import { type Candidate, type CompletionPlan, planCompletion } from "../complete.ts";
import { exitCodes } from "../exit-codes.ts";
import type { World } from "../world.ts";

export async function completeWords(
  world: World,
  program: Command,
  words: readonly string[],
  urlDefault: string,
): Promise<number> {
  const plan = planCompletion(program, words);
  const asked = plan.source === undefined || plan.source === "files" ? [] : await askKernel(world, plan, urlDefault);
  const found = [...plan.candidates, ...asked].filter(({ value }) => value.startsWith(plan.typed));
  const lines = found.map(({ value, description }) => `${value}\t${description.replaceAll(/\s+/g, " ")}`);
  if (plan.source === "files") lines.push(":files");
  world.stdout.write(lines.map((line) => `${line}\n`).join(""));
  return exitCodes.ok.code;
}

/** What the kernel knows, if there is one and it answers before a person would notice. */
async function askKernel(world: World, plan: CompletionPlan, urlDefault: string): Promise<readonly Candidate[]> {
  const patience = AbortSignal.timeout(limits.completionWaitMs);
  const given = new Promise<readonly Candidate[]>((resolve) => patience.addEventListener("abort", () => resolve([])));
  let client: KernelClient | undefined;
  const ask = async (): Promise<readonly Candidate[]> => {
    client = await world.connect(plan.url ?? (world.env.EIGEN_URL || urlDefault));
    return plan.source === "devices" ? devicesOf(client) : jobsOf(client, statesFor(plan.command.name()), patience);
  };
  try {
    const candidates = await Promise.race([ask(), given]);
    // A shell would take spaces and quotes of a name apart.
    const plain = candidates.filter(({ value }) => /^[\w.:-]+$/.test(value));
    return plain.map(({ value, description }) => ({ value: plan.prefix + value, description }));
  } catch {
    return [];
  } finally {
    client?.close();
  }
}

async function devicesOf(client: KernelClient): Promise<readonly Candidate[]> {
  return (await client.listDevices()).map(({ name, description }) => ({ value: name, description }));
}

async function jobsOf(client: KernelClient, states: readonly JobStateWord[], signal: AbortSignal): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  for await (const { jobId, name, state } of client.listJobs({ states }, { signal })) {
    const described = `${state.toUpperCase()} ${name}`.trimEnd();
    candidates.push({ value: jobId, description: described });
    if (name !== "") candidates.push({ value: name, description: state.toUpperCase() });
    if (candidates.length >= limits.completionCandidateCountMax) break;
  }
  return candidates;
}

/** Only jobs that the command can do something with. */
function statesFor(command: string): readonly JobStateWord[] {
  if (command === "cancel") return ["queued", "scheduled", "running"];
  return command === "result" ? ["completed"] : [];
}
