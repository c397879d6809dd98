// How every command ends. Promises to scripts: docs/cli.md is made from this table.

import type { KernelClientError } from "../client/index.ts";

export const exitCodes = {
  ok: { code: 0, meaning: "Done." },
  jobFailed: { code: 1, meaning: "The job ended without a result: FAILED, CANCELLED or DEAD." },
  usage: { code: 2, meaning: "The command line is wrong." },
  refused: { code: 3, meaning: "What was given is refused: a circuit, a configuration, a request with faults." },
  notFound: { code: 4, meaning: "There is no such job, circuit, device or file." },
  unavailable: { code: 5, meaning: "No kernel answers, or it takes no work now. The same command may succeed later." },
  timeout: { code: 6, meaning: "The time ran out: the job's deadline, or that of the request." },
  internal: { code: 7, meaning: "A bug, of the kernel or of this command." },
  notServable: { code: 8, meaning: "The configuration is valid, but `eigen serve` refuses to start with it." },
  noRuntime: { code: 69, meaning: "Neither Bun nor Node 22.18 nor Deno is installed to run the command." },
  interrupted: { code: 130, meaning: "Ctrl-C. A job that was being waited for goes on." },
} as const;

const codeByStatus: Readonly<Partial<Record<KernelClientError["rpc"], number>>> = {
  invalid_argument: exitCodes.refused.code,
  failed_precondition: exitCodes.refused.code,
  already_exists: exitCodes.refused.code,
  out_of_range: exitCodes.refused.code,
  permission_denied: exitCodes.refused.code,
  unauthenticated: exitCodes.refused.code,
  unimplemented: exitCodes.refused.code,
  not_found: exitCodes.notFound.code,
  unavailable: exitCodes.unavailable.code,
  aborted: exitCodes.unavailable.code,
  deadline_exceeded: exitCodes.timeout.code,
  canceled: exitCodes.interrupted.code,
};

/** Of a command that a refused or failed call ended. */
export function exitCodeOf(error: KernelClientError): number {
  if (error.code === "unreachable") return exitCodes.unavailable.code;
  // A full queue empties; a request that is too large stays too large.
  if (error.rpc === "resource_exhausted") return error.retryable ? exitCodes.unavailable.code : exitCodes.refused.code;
  return codeByStatus[error.rpc] ?? exitCodes.internal.code;
}

/** Of a command that waited for a job which FAILED or is DEAD. */
export function exitCodeOfFailure(error: KernelClientError): number {
  return error.code === "deadline_exceeded" ? exitCodes.timeout.code : exitCodes.jobFailed.code;
}
