// The catalogue of everything the kernel may refuse or report, and the value that carries one refusal.
// Codes are promises to users; RPC codes, exit codes, docs and tests come from this table.

/** The gRPC status codes the kernel answers with. */
export type RpcCode =
  | "invalid_argument"
  | "not_found"
  | "already_exists"
  | "failed_precondition"
  | "resource_exhausted"
  | "unimplemented"
  | "unavailable"
  | "deadline_exceeded"
  | "aborted"
  | "permission_denied"
  | "unauthenticated"
  | "internal"
  | "canceled"
  | "out_of_range";

export interface ErrorRecord {
  readonly rpc: RpcCode;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly text: string;
  readonly hint: string;
}

const catalogue = {
  // The request itself
  invalid_request: {
    rpc: "invalid_argument",
    retryable: false,
    text: "The request has faults.",
    hint: "Mend every listed field and send it again.",
  },
  route_not_found: {
    rpc: "not_found",
    retryable: false,
    text: "There is nothing at this path.",
    hint: "GET /api/v1/openapi.json lists every path.",
  },
  method_not_allowed: {
    rpc: "unimplemented",
    retryable: false,
    text: "This path does not take this HTTP method.",
    hint: "Use one of those in the Allow header.",
  },
  origin_not_allowed: {
    rpc: "permission_denied",
    retryable: false,
    text: "A page of this origin may not open a WebSocket here.",
    hint: "Add it to network.cors_allowed_origins.",
  },
  invalid_circuit: {
    rpc: "invalid_argument",
    retryable: false,
    text: "The circuit cannot be read.",
    hint: "Mend every listed place; `eigen circuits check FILE` shows them beside the text.",
  },
  invalid_calibration: {
    rpc: "invalid_argument",
    retryable: false,
    text: "The calibration cannot be read.",
    hint: "config/calibration.schema.json says what each key may be.",
  },
  unbound_parameter: {
    rpc: "invalid_argument",
    retryable: false,
    text: "The circuit has parameters without a value.",
    hint: "Bind every listed parameter in JobSpec.parameters.",
  },
  request_too_large: {
    rpc: "resource_exhausted",
    retryable: false,
    text: "The request is larger than the kernel reads.",
    hint: "Store the circuit once with StoreCircuit, or split the work into several jobs.",
  },
  unsupported_media_type: {
    rpc: "invalid_argument",
    retryable: false,
    text: "The content type is not understood.",
    hint: "Send application/json, application/proto, or a gRPC-Web or Connect content type.",
  },
  // Objects
  job_not_found: {
    rpc: "not_found",
    retryable: false,
    text: "There is no such job.",
    hint: "List what there is with ListJobs (`eigen jobs list`).",
  },
  job_exists: {
    rpc: "already_exists",
    retryable: false,
    text: "A job of this name exists.",
    hint: "Choose another id, or send the first request's idempotency key to get its answer again.",
  },
  circuit_not_found: {
    rpc: "not_found",
    retryable: false,
    text: "There is no such circuit.",
    hint: "Store it with StoreCircuit, or send its text in JobSpec.openqasm.",
  },
  device_not_found: {
    rpc: "not_found",
    retryable: false,
    text: "There is no such device.",
    hint: "List what there is with ListDevices (`eigen devices list`).",
  },
  metric_not_found: {
    rpc: "not_found",
    retryable: false,
    text: "There is no such metric.",
    hint: "Ask without names for every metric.",
  },
  idempotency_conflict: {
    rpc: "already_exists",
    retryable: false,
    text: "This idempotency key was used with another request.",
    hint: "Use a new key for a new request.",
  },
  result_not_ready: {
    rpc: "failed_precondition",
    retryable: true,
    text: "The job has no result yet.",
    hint: "Follow it with MonitorJob and ask again when it is COMPLETED.",
  },
  job_has_no_result: {
    rpc: "failed_precondition",
    retryable: false,
    text: "The job ended without a result.",
    hint: "GetJobStatus tells why.",
  },
  job_already_ended: {
    rpc: "failed_precondition",
    retryable: false,
    text: "The job has ended and cannot be cancelled.",
    hint: "GetJobResult has what it left.",
  },
  cursor_out_of_range: {
    rpc: "out_of_range",
    retryable: false,
    text: "The cursor lies beyond the newest event.",
    hint: "Resume with a cursor that this kernel gave, or without one.",
  },
  // Admission and placement
  no_device_fits: {
    rpc: "failed_precondition",
    retryable: false,
    text: "No device can run this job as asked.",
    hint: "Each device's reason is listed; relax the requirement or choose another device.",
  },
  queue_full: { rpc: "resource_exhausted", retryable: true, text: "The queue is full.", hint: "Try again after retry_after." },
  overloaded: {
    rpc: "resource_exhausted",
    retryable: true,
    text: "The kernel has as much work as it takes.",
    hint: "Try again after retry_after.",
  },
  deadline_passed: {
    rpc: "invalid_argument",
    retryable: false,
    text: "The deadline lies in the past.",
    hint: "Send a deadline in the future, or none.",
  },
  // Execution: why a job FAILED or is DEAD
  deadline_exceeded: {
    rpc: "deadline_exceeded",
    retryable: false,
    text: "The job's deadline passed before it was done.",
    hint: "Allow more time, fewer shots, or a higher priority.",
  },
  runtime_exceeded: {
    rpc: "deadline_exceeded",
    retryable: false,
    text: "The job ran longer than one job may.",
    hint: "Split it into smaller jobs.",
  },
  out_of_memory: {
    rpc: "resource_exhausted",
    retryable: false,
    text: "The job needed more memory than a compute worker has.",
    hint: "Use fewer qubits.",
  },
  execution_failed: {
    rpc: "internal",
    retryable: false,
    text: "The driver failed while running the job.",
    hint: "The cause is in the kernel's log under the job's trace id.",
  },
  too_many_attempts: {
    rpc: "internal",
    retryable: false,
    text: "The job was started as often as a job may be and never ended.",
    hint: "It may bring its worker down: try it alone with fewer shots.",
  },
  // The kernel
  unimplemented: {
    rpc: "unimplemented",
    retryable: false,
    text: "This is not built yet.",
    hint: "What will bring it is named in the facts.",
  },
  component_off: {
    rpc: "unavailable",
    retryable: false,
    text: "This kernel runs without the component that answers this.",
    hint: "Start it with the component in --components, or ask another kernel.",
  },
  shutting_down: {
    rpc: "unavailable",
    retryable: true,
    text: "The kernel is shutting down.",
    hint: "Try again after retry_after; streams resume at their cursor.",
  },
  store_unavailable: {
    rpc: "unavailable",
    retryable: true,
    text: "The store did not answer.",
    hint: "Try again after retry_after. If it stays so, the kernel's log has the cause.",
  },
  request_timeout: {
    rpc: "deadline_exceeded",
    retryable: true,
    text: "The request took longer than it may.",
    hint: "Try again with a later deadline, or raise performance.network.request_timeout.",
  },
  internal: {
    rpc: "internal",
    retryable: false,
    text: "The kernel failed on this request. That is a bug.",
    hint: "Report it with the trace id.",
  },
  // Boot
  config_invalid: {
    rpc: "failed_precondition",
    retryable: false,
    text: "The configuration has faults.",
    hint: "docs/configuration.md says what each key may be.",
  },
  config_not_protected: {
    rpc: "failed_precondition",
    retryable: false,
    text: "The configuration asks for protection that this kernel cannot give yet, so it does not start.",
    hint: "`eigen config check FILE` lists every key and whether it is in effect.",
  },
  port_unavailable: {
    rpc: "unavailable",
    retryable: true,
    text: "A port could not be opened.",
    hint: "Another program listens there: end it, or choose other ports in the configuration.",
  },
  store_corrupt: {
    rpc: "failed_precondition",
    retryable: false,
    text: "The database file is damaged.",
    hint: "Restore a backup, or move the file away to start empty. Nothing was changed.",
  },
  store_newer: {
    rpc: "failed_precondition",
    retryable: false,
    text: "The database was written by a newer kernel.",
    hint: "Start the newer kernel, or restore the backup from before the upgrade. Nothing was changed.",
  },
} as const satisfies Record<string, ErrorRecord>;

export type ErrorCode = keyof typeof catalogue;
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorRecord>> = catalogue;

/** One thing that is wrong, told so that its sender can mend it. */
export interface Fault {
  /** Path of the field as the sender knows it, such as `requirements.min_qubits`; empty for the whole request. */
  readonly field: string;
  /** What was wanted, such as "1 to 1000000". */
  readonly wanted: string;
  /** What was found, such as "0". Never a secret. */
  readonly found: string;
  readonly hint: string;
  /** Place in a text, 1-based; absent for fields that are not texts. */
  readonly line?: number;
  readonly column?: number;
  /** The line of the text with a caret below the place. */
  readonly excerpt?: string;
}

export type Facts = Readonly<Record<string, string | number | boolean>>;

/** A refusal as a value. */
export interface KernelError {
  readonly code: ErrorCode;
  readonly facts: Facts;
  readonly faults: readonly Fault[];
  /** For retryable errors: when to try again at the earliest. */
  readonly retryAfterMs?: number;
}

export interface KernelErrorDetails {
  readonly facts?: Facts;
  readonly faults?: readonly Fault[];
  readonly retryAfterMs?: number;
}

export function kernelError(code: ErrorCode, { facts = {}, faults = [], retryAfterMs }: KernelErrorDetails = {}): KernelError {
  return retryAfterMs === undefined ? { code, facts, faults } : { code, facts, faults, retryAfterMs };
}

/** The message that people read: what, the facts, then each fault on its own line, then what to do. */
export function describeError(error: KernelError): string {
  const { text, hint } = errorCatalogue[error.code];
  return describeParts(text, error.facts, error.faults, hint);
}

/** The same of an error that came over the wire. A hint that a fault gives already is not told twice. */
export function describeParts(text: string, facts: Facts, faults: readonly Fault[], hint: string): string {
  const named = Object.entries(facts).map(([name, value]) => `${name}=${value}`);
  const head = named.length > 0 ? `${text} (${named.join(", ")})` : text;
  const isSaid = hint === "" || faults.some((fault) => fault.hint === hint);
  return [head, ...faults.map(describeFault), ...(isSaid ? [] : [hint])].join("\n");
}

export function describeFault(fault: Fault): string {
  const place = fault.line === undefined ? fault.field : `${fault.field}:${fault.line}:${fault.column ?? 1}`;
  const text = `${place === "" ? "request" : place}: wanted ${fault.wanted}, found ${fault.found}. ${fault.hint}`.trimEnd();
  return fault.excerpt === undefined ? text : `${text}\n${fault.excerpt}`;
}
