// Seeds that found a bug, kept for good. `found` says what was wrong with the kernel (not with the harness).

export interface RegressionSeed {
  readonly seed: number;
  readonly found: string;
}

export const regressionSeeds: readonly RegressionSeed[] = [
  { seed: 1, found: "MonitorJob did not read events from before it was opened: its filter named no project" },
  { seed: 3, found: "a claim pass that lost the store half way leaked the slots it had reserved and left its claims unawaited" },
  { seed: 726, found: "a job that trapped on its last attempt was started once more than a job may be" },
];
