// Seeds that found a bug, kept for good. A seed is a history only as long as the simulation stays as it is, so each bug also has a test of
// its own that needs no seed. `found` says what was wrong with the kernel (not with the harness).

export interface RegressionSeed {
  readonly seed: number;
  readonly found: string;
  /** Title of the test in src/qrtx/create-qrtx.test.ts that provokes it without luck. */
  readonly test: string;
}

export const regressionSeeds: readonly RegressionSeed[] = [
  {
    seed: 1,
    found: "MonitorJob did not read events from before it was opened: its filter named no project",
    test: "a stream that is opened late begins with what happened before",
  },
  {
    seed: 3,
    found: "a claim pass that lost the store half way leaked the slots it had reserved and left its claims unawaited",
    test: "a claim that the store did not take leaves its place free for the next tick",
  },
  {
    seed: 726,
    found: "a job that trapped on its last attempt was started once more than a job may be",
    test: "a job whose worker dies at its last attempt is DEAD, not started once more",
  },
  {
    seed: 59,
    found: "after the store's clock had gone back an hour, what a dead kernel held stayed RUNNING for that hour",
    test: "when the store's clock goes back an hour, what a dead kernel held is taken over after two leases at most",
  },
];
