// Where a running kernel listens, and one named check of its behaviour. The checks know nothing else about the kernel, so that the
// same list runs against every runtime, and against a kernel that somebody else started.

export interface Target {
  readonly baseUrl: string;
  /** Empty where native gRPC cannot be served. */
  readonly grpcUrl: string;
  readonly wsUrl: string;
  /** Empty where metrics have no port of their own. */
  readonly metricsUrl: string;
  /** What checks that are not about doors speak; Connect when left out. */
  readonly defaultDoor?: "Connect binary" | "gRPC-Web";
  /** Of the one simulator that it runs. */
  readonly simulatorQubitCount: number;
}

export interface Check {
  readonly name: string;
  run(target: Target): Promise<void>;
}
