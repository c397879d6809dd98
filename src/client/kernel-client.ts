// KernelClient: the kernel's API for programs, the same on Bun, Deno, Node, in browsers and on edge workers.

import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type CallOptions, type Client, createClient, type Transport } from "@connectrpc/connect";
import { limits } from "../base/limits.ts";
import type { Event as ProtoEvent } from "../gen/eigen/kernel/v1/events_pb.ts";
import { FilterSchema, type JobResult as ProtoResult, type JobStatus as ProtoStatus } from "../gen/eigen/kernel/v1/jobs_pb.ts";
import { MetricsQuerySchema, type MetricsQuery as ProtoMetricsQuery } from "../gen/eigen/kernel/v1/metrics_pb.ts";
import { EigenKernelService } from "../gen/eigen/kernel/v1/service_pb.ts";
import { chooseDoor, isServerRuntime, type Protocol } from "./door.ts";
import { type JobStateWord, toProtoState } from "./enums.ts";
import { contractBroken, KernelClientError, refusal, toClientError } from "./errors.ts";
import {
  isTerminal,
  type JobHandle,
  type JobInfo,
  type JobResult,
  type JobStatus,
  joinParts,
  needsResult,
  stateOf,
  toHandle,
  toInfo,
  toStatus,
} from "./job.ts";
import { type DurationInput, type JobSpec, toMs, toProtoSpec, toQasmText } from "./job-spec.ts";
import {
  type CircuitHandle,
  type Device,
  type Health,
  type KernelEvent,
  type Metrics,
  type StoredCircuit,
  type SystemMetrics,
  toCircuitHandle,
  toDevice,
  toEvent,
  toHealth,
  toMetrics,
  toStoredCircuit,
  toSystemMetrics,
} from "./kernel.ts";
import type { QuantumCircuit } from "./quantum-circuit.ts";
import { followResuming } from "./resume.ts";
import { canceled, defaultRetryPolicy, type RetryPolicy, retryDelayMs, sleep } from "./retry.ts";
import { toDuration } from "./times.ts";
import { openTransport } from "./transport.ts";

export interface ClientOptions {
  /** Longest wait for one answer; streams may be silent for longer. Default: 30 s. */
  readonly timeoutMs?: number;
  /** What differs from the default: 6 tries within about 6 s. */
  readonly retry?: Partial<RetryPolicy>;
}

export interface ConnectOptions extends ClientOptions {
  /** Without it: native gRPC to port 50051 and to grpc:// URLs where the runtime can, else Connect. */
  readonly protocol?: Protocol;
}

export interface WaitOptions {
  /** Ends the wait with a "canceled" error; the job goes on. */
  readonly signal?: AbortSignal;
}

export interface FollowOptions extends WaitOptions {
  /** Of the last status or event that was seen: the stream goes on after it. */
  readonly cursor?: string;
}

/** Everything given must hold. */
export interface JobFilter {
  readonly states?: readonly JobStateWord[];
  readonly tags?: Readonly<Record<string, string>>;
  /** Start of the client's name. */
  readonly namePrefix?: string;
  readonly submittedAfter?: Date;
  readonly submittedBefore?: Date;
}

export interface EventFilter extends FollowOptions {
  /** By server id or client name; left out: all. */
  readonly jobIds?: readonly string[];
  /** Only moves into these states; left out: all. */
  readonly states?: readonly JobStateWord[];
  /** Told of a cursor that comes without an event: where the stream begins if it was given none, and how far it is while only others move. */
  readonly onCursor?: (cursor: string) => void;
}

export interface MetricsQuery {
  /** Left out: all. */
  readonly names?: readonly string[];
  /** Every label with its value. */
  readonly labels?: Readonly<Record<string, string>>;
  /** How far back percentiles and rates look, 1 s to 1 h; left out: 5 min. */
  readonly window?: DurationInput;
}

const timeoutMsDefault = 30_000;

/** Every method throws KernelClientError and nothing else. Calls and streams that break are tried again by themselves. */
export class KernelClient {
  readonly #client: Client<typeof EigenKernelService>;
  readonly #peer: string;
  readonly #close: () => void;
  readonly #timeoutMs: number;
  readonly #policy: RetryPolicy;
  #isClosed = false;

  /** For transports of one's own, such as connect's router transport in tests; others use `connect`. `peer` names it in messages. */
  constructor(
    transport: Transport,
    { timeoutMs = timeoutMsDefault, retry = {} }: ClientOptions = {},
    peer = "the transport",
    close = () => {},
  ) {
    this.#client = createClient(EigenKernelService, transport);
    this.#peer = peer;
    this.#close = close;
    this.#timeoutMs = timeoutMs;
    this.#policy = { ...defaultRetryPolicy, ...retry };
  }

  /** Chooses how to speak to this URL. Nothing is sent before the first call. */
  static async connect(url: string, { protocol, ...options }: ConnectOptions = {}): Promise<KernelClient> {
    const door = chooseDoor(url, protocol, isServerRuntime(globalThis.navigator?.userAgent));
    const { transport, close } = await openTransport(door);
    return new KernelClient(transport, options, door.baseUrl, close);
  }

  /** Ends its connections, and with them every call that is open; later ones are refused. */
  close(): void {
    this.#isClosed = true;
    this.#close();
  }

  // Jobs ---------------------------------------------------------------------------------------------------------------

  /** When it returns, the job is durable: it will be run whatever happens to this client. */
  async submitJob(spec: JobSpec, { signal }: WaitOptions = {}): Promise<JobHandle> {
    const message = toProtoSpec(spec);
    return toHandle(await this.#call(signal, (options) => this.#client.submitJob(message, options)));
  }

  /**
   * Follows one job: its moves so far (or since the cursor), then each as it happens; ends after the terminal one. A COMPLETED status always
   * has its result: a large one is fetched first. A connection that breaks is resumed without a gap or a repeat.
   */
  async *monitorJob(id: string, { cursor = "", signal }: FollowOptions = {}): AsyncGenerator<JobStatus, void, undefined> {
    const statuses = followResuming<ProtoStatus>(
      {
        cursor,
        open: (from, abort) => this.#client.monitorJob({ id, cursor: from }, { signal: abort }),
        cursorOf: (status) => status.cursor,
        isLast: (status) => isTerminal(stateOf(status.state)),
        // The kernel ends the stream of a job that had ended before the cursor.
        isOver: async () => isTerminal(stateOf((await this.#client.getJobStatus({ id }, this.#options(signal))).state)),
      },
      this.#following(signal),
    );
    for await (const status of statuses) yield await this.#completeStatus(status, signal);
  }

  async getJobStatus(id: string, { signal }: WaitOptions = {}): Promise<JobStatus> {
    return this.#completeStatus(await this.#call(signal, (options) => this.#client.getJobStatus({ id }, options)), signal);
  }

  /** The result of a COMPLETED job, its parts joined. */
  async getJobResult(id: string, { signal }: WaitOptions = {}): Promise<JobResult> {
    return this.#call(signal, async (options) => {
      const parts: ProtoResult[] = [];
      for await (const part of this.#client.getJobResult({ id }, options)) parts.push(part);
      return joinParts(parts);
    });
  }

  /** Cancelling a cancelled job succeeds. */
  async cancelJob(id: string, { signal }: WaitOptions = {}): Promise<void> {
    await this.#call(signal, (options) => this.#client.cancelJob({ id }, options));
  }

  /** Newest first; pages are fetched as they are needed. */
  async *listJobs(filter: JobFilter = {}, { signal }: WaitOptions = {}): AsyncGenerator<JobInfo, void, undefined> {
    const { states = [], tags = {}, namePrefix = "", submittedAfter, submittedBefore } = filter;
    const message = create(FilterSchema, {
      states: states.map(toProtoState),
      tags: { ...tags },
      namePrefix,
      pageSize: limits.pageSizeDefault,
      ...(submittedAfter === undefined ? {} : { submittedAfter: timestampFromDate(submittedAfter) }),
      ...(submittedBefore === undefined ? {} : { submittedBefore: timestampFromDate(submittedBefore) }),
    });
    for (;;) {
      const page = await this.#call(signal, (options) => collect(this.#client.listJobs(message, options)));
      yield* page.map(toInfo);
      if (page.length < message.pageSize) return;
      message.pageToken = page.at(-1)?.pageToken ?? "";
    }
  }

  /** Submits a job and waits for its result; throws why there is none when it ends without. */
  async runJob(spec: JobSpec, { signal }: WaitOptions = {}): Promise<JobResult> {
    const { jobId } = await this.submitJob(spec, signal === undefined ? {} : { signal });
    for await (const { state } of this.monitorJob(jobId, signal === undefined ? {} : { signal })) {
      if (state.kind === "completed") return state.result;
      if (state.kind === "failed" || state.kind === "dead") throw state.error;
    }
    const text = `Job ${jobId} was cancelled.`;
    throw new KernelClientError({ code: "job_has_no_result", rpc: "failed_precondition", text, hint: "", isFromKernel: true });
  }

  // Circuits and devices -----------------------------------------------------------------------------------------------

  /** Storing the same text again gives the same handle. */
  async storeCircuit(
    circuit: string | QuantumCircuit,
    { name = "", metadata = {} }: { readonly name?: string; readonly metadata?: Readonly<Record<string, string>> } = {},
  ): Promise<CircuitHandle> {
    const message = { openqasm: toQasmText(circuit), name, metadata: { ...metadata } };
    return toCircuitHandle(await this.#call(undefined, (options) => this.#client.storeCircuit(message, options)));
  }

  /** The text comes back byte for byte. */
  async retrieveCircuit(circuitId: string): Promise<StoredCircuit> {
    const data = await this.#call(undefined, (options) => this.#client.retrieveCircuit({ id: circuitId }, options));
    if (data.handle !== undefined) return toStoredCircuit(data, data.handle);
    throw contractBroken(`${this.#peer} gave a circuit without its handle.`);
  }

  async listDevices({
    minQubits = 0,
    onlineOnly = false,
  }: {
    readonly minQubits?: number;
    readonly onlineOnly?: boolean;
  } = {}): Promise<readonly Device[]> {
    const devices = await this.#call(undefined, (options) =>
      collect(this.#client.listDevices({ minQubits, onlineOnly }, options)),
    );
    return devices.map(toDevice);
  }

  async getDevice(name: string): Promise<Device> {
    return toDevice(await this.#call(undefined, (options) => this.#client.getDevice({ id: name }, options)));
  }

  // Events, metrics, health ----------------------------------------------------------------------------------------------

  /** Every move of every job: those after the cursor ("0": all), or from now on. Never ends by itself; resumes like monitorJob. */
  async *subscribeToEvents(filter: EventFilter = {}): AsyncGenerator<KernelEvent, void, undefined> {
    const { cursor = "", signal, jobIds = [], states = [], onCursor } = filter;
    const request = { jobIds: [...jobIds], states: states.map(toProtoState) };
    const events = followResuming<ProtoEvent>(
      {
        cursor,
        open: (from, abort) => this.#client.subscribeToEvents({ ...request, cursor: from }, { signal: abort }),
        cursorOf: (event) => event.cursor,
        isLast: () => false,
        isOver: async () => false,
      },
      this.#following(signal),
    );
    for await (const event of events) {
      const shown = toEvent(event);
      if (shown === undefined) onCursor?.(event.cursor);
      else yield shown;
    }
  }

  async getMetrics(query: MetricsQuery = {}): Promise<Metrics> {
    const message = toProtoQuery(query);
    const [answer] = await this.#call(undefined, (options) => collect(this.#client.getMetrics(message, options)));
    if (answer === undefined) throw contractBroken(`${this.#peer} gave no metrics.`);
    return toMetrics(answer);
  }

  /** The metrics now, then again at every interval (default: 1 s) until the reader leaves. */
  async *watchMetrics(
    query: MetricsQuery & WaitOptions & { readonly interval?: DurationInput } = {},
  ): AsyncGenerator<Metrics, void, undefined> {
    const message = toProtoQuery(query);
    message.live = true;
    message.interval = durationOf("interval", query.interval ?? "1s");
    // Each answer stands for itself: the order of arrival is its cursor.
    let count = 0;
    const answers = followResuming(
      {
        cursor: "",
        open: (_, abort) => this.#client.getMetrics(message, { signal: abort }),
        cursorOf: () => String(++count),
        isLast: () => false,
        isOver: async () => false,
      },
      this.#following(query.signal),
    );
    for await (const answer of answers) yield toMetrics(answer);
  }

  async getSystemMetrics({ window }: { readonly window?: DurationInput } = {}): Promise<SystemMetrics> {
    const message = window === undefined ? {} : { window: durationOf("window", window) };
    return toSystemMetrics(await this.#call(undefined, (options) => this.#client.getSystemMetrics(message, options)));
  }

  async getHealth(): Promise<Health> {
    return toHealth(await this.#call(undefined, (options) => this.#client.getHealth({}, options)));
  }

  // --------------------------------------------------------------------------------------------------------------------

  async #completeStatus(status: ProtoStatus, signal: AbortSignal | undefined): Promise<JobStatus> {
    const result = needsResult(status)
      ? await this.getJobResult(status.jobId, signal === undefined ? {} : { signal })
      : undefined;
    return toStatus(status, result);
  }

  #following(signal: AbortSignal | undefined) {
    return { policy: this.#policy, peer: this.#peer, signal, isClosed: () => this.#isClosed };
  }

  #options(signal: AbortSignal | undefined): CallOptions {
    return { timeoutMs: this.#timeoutMs, ...(signal === undefined ? {} : { signal }) };
  }

  async #call<T>(signal: AbortSignal | undefined, call: (options: CallOptions) => Promise<T>): Promise<T> {
    for (let failureCount = 1; ; failureCount++) {
      if (this.#isClosed) throw canceled();
      try {
        return await call(this.#options(signal));
      } catch (thrown) {
        if (signal?.aborted === true || this.#isClosed) throw canceled();
        const error = toClientError(thrown, this.#peer);
        const delayMs = retryDelayMs(error, failureCount, this.#policy, Math.random());
        if (delayMs === undefined) throw error;
        await sleep(delayMs, signal);
      }
    }
  }
}

async function collect<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

function toProtoQuery({ names = [], labels = {}, window }: MetricsQuery): ProtoMetricsQuery {
  const message = create(MetricsQuerySchema, { names: [...names], labels: { ...labels } });
  if (window !== undefined) message.window = durationOf("window", window);
  return message;
}

function durationOf(field: string, duration: DurationInput) {
  const ms = toMs(duration);
  if (ms !== undefined) return toDuration(ms);
  throw refusal("invalid_request", [
    { field, wanted: 'milliseconds, or a text such as "5s"', found: String(duration), hint: "" },
  ]);
}
