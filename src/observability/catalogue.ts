// Every metric by name: what it is and what it means. The specification's KernelMetrics keep their names; a `_p95` is taken over the
// window that a query asks for (5 minutes unless it says otherwise).

export interface MetricRecord {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly unit: "jobs" | "s" | "ratio" | "requests" | "requests/s" | "streams" | "slots";
  readonly help: string;
}

const catalogue = {
  // The specification's KernelMetrics
  jobs_processed_total: {
    kind: "counter",
    unit: "jobs",
    help: "Jobs that reached a terminal state since the kernel started, by state.",
  },
  job_processing_time_p95: {
    kind: "gauge",
    unit: "s",
    help: "Submit to terminal state, 95th percentile over the window, in seconds.",
  },
  job_success_rate: {
    kind: "gauge",
    unit: "ratio",
    help: "COMPLETED among the jobs that ended in the window without being cancelled, 0 to 1.",
  },
  cpu_utilization: {
    kind: "gauge",
    unit: "ratio",
    help: "Processor time of the kernel's process over that of all cores in the window, 0 to 1.",
  },
  memory_utilization: {
    kind: "gauge",
    unit: "ratio",
    help: "Resident memory of the kernel's process over the machine's memory, 0 to 1.",
  },
  scheduling_latency_p95: { kind: "gauge", unit: "s", help: "Submit to placed, 95th percentile over the window, in seconds." },
  queue_length: { kind: "gauge", unit: "jobs", help: "Jobs QUEUED, of every tenant." },
  circuit_store_latency: {
    kind: "gauge",
    unit: "s",
    help: "A circuit read and stored, alone or in one commit with its job, 95th percentile over the window, in seconds.",
  },
  api_request_latency: {
    kind: "gauge",
    unit: "s",
    help: "Request to first response message, 95th percentile over the window, in seconds.",
  },
  api_throughput: { kind: "gauge", unit: "requests/s", help: "Requests a second over the window." },
  error_rate: {
    kind: "gauge",
    unit: "ratio",
    help: "Requests that failed by the kernel's fault over all requests in the window, 0 to 1.",
  },
  // Beside them
  jobs_submitted_total: { kind: "counter", unit: "jobs", help: "Jobs admitted since the kernel started." },
  jobs_reclaimed_total: {
    kind: "counter",
    unit: "jobs",
    help: "Jobs taken back from a silent kernel, or given back, since the kernel started.",
  },
  api_requests_total: { kind: "counter", unit: "requests", help: "Requests since the kernel started, by method." },
  api_errors_total: {
    kind: "counter",
    unit: "requests",
    help: "Refused or failed requests since the kernel started, by method, code and whose fault.",
  },
  jobs_running: { kind: "gauge", unit: "jobs", help: "Jobs this kernel holds." },
  open_streams: { kind: "gauge", unit: "streams", help: "Streams of events that are open." },
  compute_slots: { kind: "gauge", unit: "slots", help: "Compute workers at most." },
  compute_slots_free: { kind: "gauge", unit: "slots", help: "Compute workers without a task." },
} as const satisfies Record<string, MetricRecord>;

export type MetricName = keyof typeof catalogue;
export const metricCatalogue: Readonly<Record<MetricName, MetricRecord>> = catalogue;
export const metricNames = Object.keys(catalogue) as readonly MetricName[];
