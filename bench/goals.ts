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

export const simulatedRows = ["a_ghz20", "b_qft20", "c_qv20", "d_hea20", "e_arith10", "g_rcz24"] as const;
export type SimulatedRow = (typeof simulatedRows)[number];

function ratioGoals(against: string, reason: string, goals: Readonly<Record<SimulatedRow, number>>): Record<SimulatedRow, Goal> {
  const entries = simulatedRows.map((row) => [
    row,
    { bar: `${row}: time of ${against}`, unit: "ratio", goal: goals[row], better: "higher", reason } satisfies Goal,
  ]);
  return Object.fromEntries(entries) as Record<SimulatedRow, Goal>;
}

export const simulatorGoals = {
  qulacs: ratioGoals(
    "Qulacs f64 (optimised beforehand) over ours f64 (run only), one thread",
    "The fastest double-precision engine: less work must outweigh vectors of half its width, and on dense pairs almost.",
    { a_ghz20: 1.5, b_qft20: 4, c_qv20: 0.8, d_hea20: 1.5, e_arith10: 5, g_rcz24: 1.6 },
  ),
  qsim: ratioGoals(
    "qsim f32 (best fusion) over ours f32 (plan + run), one thread",
    "The fastest single-precision engine, with vectors two to four times as wide as ours.",
    { a_ghz20: 1.8, b_qft20: 2.5, c_qv20: 0.45, d_hea20: 0.9, e_arith10: 2, g_rcz24: 1.1 },
  ),
  aer: ratioGoals("Aer f64 (fusion on) over ours f64 (plan + run), one thread", "What most people simulate with today.", {
    a_ghz20: 3,
    b_qft20: 3,
    c_qv20: 1.6,
    d_hea20: 3,
    e_arith10: 3,
    g_rcz24: 3,
  }),
  bell: {
    bar: "Bell x 1024 shots inside the engine, plan and sampling included",
    unit: "us",
    goal: 40,
    better: "lower",
    reason: "Most jobs are small: what surrounds the run must not cost more than it.",
  },
  sampling: {
    bar: "10 000 shots of the state of c_qv20 over the time to make it",
    unit: "ratio",
    goal: 0.05,
    better: "lower",
    reason: "Shots of one final state are one walk over it.",
  },
  planning: {
    bar: "planning of c_qv20, 2 000 gates",
    unit: "ms",
    goal: 3,
    better: "lower",
    reason: "A plan must not cost more than it saves.",
  },
  memory: {
    bar: "g_rcz24 f64: memory beside the 256 MiB of state, worst runtime",
    unit: "MiB",
    goal: 64,
    better: "lower",
    reason: "Whoever sizes a machine counts the state; blocks, tables and plans must vanish beside it.",
  },
  noise: {
    bar: "noisy 16 qubits x 20 layers, guadalupe, 4 096 shots: time of Aer over ours, one thread each",
    unit: "ratio",
    goal: 1,
    better: "higher",
    reason: "Shots share their work up to their first error; Aer runs each by itself.",
  },
} as const;

export const stabilizerGoals = {
  ghz: {
    bar: "GHZ of 1 000 qubits, 10 000 shots, from the circuit to its counts; median runtime",
    unit: "ms",
    goal: 100,
    better: "lower",
    reason: "A Clifford circuit of a thousand qubits should feel as immediate as a Bell pair.",
  },
  surface: {
    bar: "rotated surface code memory, d=9, 9 rounds, p=0.1 %, 10 000 shots of detectors and observable, counted; median runtime",
    unit: "ms",
    goal: 500,
    better: "lower",
    reason: "Whoever studies a decoder draws a million shots, and waits a minute for them at most.",
  },
} as const satisfies Record<string, Goal>;
