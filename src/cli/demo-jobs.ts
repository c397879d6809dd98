// The jobs of the demo, and what has to come out of them.

import type { JobProgress, JobResult, JobSpec } from "../client/index.ts";

export interface DemoJob {
  readonly title: string;
  readonly spec: JobSpec & { readonly id: string };
  /** The file it comes from, from the repository's root; undefined for the one that is built by the client. */
  readonly file: string | undefined;
  /** Outcomes with their expected shares; nothing else may be counted. */
  readonly shares: Readonly<Record<string, number>>;
}

const shots = 1024;

/** `bell`: the circuit's text, built by the client; `readExample`: a file of examples/circuits. */
export async function demoJobs(bell: string, readExample: (file: string) => Promise<string>): Promise<readonly DemoJob[]> {
  const [qft, ghz] = ["examples/circuits/qft8.qasm", "examples/circuits/ghz12.qasm"] as const;
  return [
    {
      title: `Bell pair: the specification's "Basic API Usage"`,
      spec: {
        id: "test_job_001",
        circuit: bell,
        shots,
        priority: "normal",
        requirements: { minQubits: 2, topology: "linear", fidelityRequirement: 0.99, estimatedDuration: "5s" },
      },
      file: undefined,
      shares: { "00": 0.5, "11": 0.5 },
    },
    {
      title: "Quantum Fourier transform on 8 qubits finds the frequency 77",
      spec: { id: "demo_qft8", circuit: await readExample(qft), shots },
      file: qft,
      shares: { "01001101": 1 },
    },
    {
      title: "GHZ state of 12 qubits: all zeros or all ones",
      spec: { id: "demo_ghz12", circuit: await readExample(ghz), shots },
      file: ghz,
      shares: { "000000000000": 0.5, "111111111111": 0.5 },
    },
  ];
}

// A fair run strays farther than this once in 1.7 million.
const deviationsMax = 5;

/** What is wrong with a run; empty when nothing is. */
export function problemsOf(
  { spec, shares }: Pick<DemoJob, "shares"> & { readonly spec: Pick<JobSpec, "shots"> },
  states: readonly JobProgress["kind"][],
  { counts }: Pick<JobResult, "counts">,
): readonly string[] {
  const problems: string[] = [];
  if (states.join(" ") !== "queued scheduled running completed") problems.push(`it moved ${states.join(" → ")}`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total !== spec.shots) problems.push(`${total} shots were counted, wanted ${spec.shots}`);
  for (const [outcome, count] of counts) {
    if (!Object.hasOwn(shares, outcome)) problems.push(`${outcome} was counted ${count} times, wanted never`);
  }
  for (const [outcome, share] of Object.entries(shares)) {
    const count = counts.get(outcome) ?? 0;
    const deviation = Math.sqrt(spec.shots * share * (1 - share));
    const distance = Math.abs(count - spec.shots * share);
    if (distance > deviationsMax * deviation)
      problems.push(`${outcome} was counted ${count} times, wanted about ${spec.shots * share}`);
  }
  return problems;
}
