// Every bar of every bench, with its reason. A bench looks its goals up here and judges itself against them.

export interface Goal {
  readonly bar: string;
  readonly unit: string;
  readonly goal: number;
  readonly better: "lower" | "higher";
  readonly reason: string;
}

export const kernelGoals = {
  bellP50: {
    bar: "Bell x 1024 shots over Connect with a live stream, durable, idle kernel, Bun: p50",
    unit: "ms",
    goal: 5,
    better: "lower",
    reason: "Two durable commits and a few loopback messages; a person in a notebook feels no wait.",
  },
  bellP95: {
    bar: "Bell x 1024 shots over Connect with a live stream, durable, idle kernel, Bun: p95",
    unit: "ms",
    goal: 15,
    better: "lower",
    reason: "An fsync now and then takes ten times its median.",
  },
  throughput: {
    bar: "durable throughput (synchronous=FULL, group commit), 16 clients, Bun",
    unit: "jobs/s",
    goal: 1000,
    better: "higher",
    reason: "Slurm was validated at 500 simple jobs a second; QPUs take seconds a job.",
  },
  throughputOfEcho: {
    bar: "durable throughput over bare Connect echo, 16 clients, Bun",
    unit: "ratio",
    goal: 0.15,
    better: "higher",
    reason: "A ratio to a peer in the same run holds when the machine is slow; a job is a request, two commits and its events.",
  },
  deepQueueSubmitP95: {
    bar: "10 000 jobs queued: submit p95",
    unit: "ms",
    goal: 20,
    better: "lower",
    reason: "A full queue must not slow the door: every index is used.",
  },
  deepQueueStatusP95: {
    bar: "10 000 jobs queued: status p95",
    unit: "ms",
    goal: 5,
    better: "lower",
    reason: "Dashboards poll it.",
  },
  firstResponse: {
    bar: "first response after spawn, Bun, empty database",
    unit: "ms",
    goal: 400,
    better: "lower",
    reason: "A kernel that starts at once can be started on demand.",
  },
  edgeFirstResponse: {
    bar: "first response after spawn, workerd with the deployed bundle, empty database",
    unit: "ms",
    goal: 1000,
    better: "lower",
    reason: "An edge worker is started by the request that waits for it.",
  },
} as const satisfies Record<string, Goal>;

const memoryReason = "What a job leaves in memory is bounded: a kernel that runs for months must not grow with them.";

export const memoryGoals = {
  bun: {
    bar: "memory after 20 000 jobs over the level at 2 000, Bun",
    unit: "MB",
    goal: 64,
    better: "lower",
    reason: memoryReason,
  },
  deno: {
    bar: "memory after 20 000 jobs over the level at 2 000, Deno",
    unit: "MB",
    goal: 64,
    better: "lower",
    reason: memoryReason,
  },
} as const satisfies Record<string, Goal>;

export const soakGoals = {
  memory: {
    bar: "resident memory",
    unit: "MB per 1000 jobs",
    goal: 3.5,
    better: "lower",
    reason: "64 MB over 18 000 jobs, the bar of bench:memory, as a slope.",
  },
  files: {
    bar: "open files",
    unit: "per 1000 jobs",
    goal: 1,
    better: "lower",
    reason: "A file that stays open with every job ends a kernel within a day; connections come and go.",
  },
  wal: {
    bar: "largest write-ahead log",
    unit: "MB",
    goal: 32,
    better: "lower",
    reason: "Twice limits.walPagesMax: a checkpoint may find a reader in its way once.",
  },
  failures: { bar: "calls that failed", unit: "calls", goal: 0, better: "lower", reason: "Nothing is wrong with the load." },
} as const satisfies Record<string, Goal>;
