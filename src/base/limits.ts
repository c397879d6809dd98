// Every bound of the kernel, with its reason. Nothing in the kernel is unbounded; a limit that a configuration key
// may lower says which key.

export const limits = {
  // Requests ---------------------------------------------------------------------------------------------------------
  requestBytesMax: 4 * 1024 * 1024, // OWASP API4: a request may not cost memory before it was checked; 10^5 gates of text fit.
  nameLengthMax: 128, // A name is printed in tables and used in URLs.
  pageSizeDefault: 100,
  faultCountMax: 100, // All faults of a request are told together, up to what somebody will read.

  // Circuits ---------------------------------------------------------------------------------------------------------
  qasmBytesMax: 2 * 1024 * 1024, // Half of a request: the rest is its other fields.
  qasmNestingMax: 64, // Deepest nesting of blocks and parentheses; the parser recurses, a call stack is finite.
  qasmExpressionNodeMax: 1000, // Operators of one expression, also after gates were expanded; walks over it recurse.
  qasmStepCountMax: 4_000_000, // Statements, loop rounds and operands that one elaboration touches; loops may emit nothing.
  qasmControlCountMax: 8, // Of one gate; each control more makes it three times as long without helper qubits.
  operationCountMax: 1_000_000, // After unrolling; about 100 MB of objects.
  declaredQubitCountMax: 4096, // Registers of real files; far beyond any device, so the device gives the real answer.
  classicalBitCountMax: 4096,
  parameterCountMax: 10_000,
  compiledCircuitCountMax: 64, // A large circuit may take 100 MB; sweeps and repeats use a few at a time.
  keptTextLengthMax: 16_384, // Characters of a circuit whose id is kept with its text; longer texts are hashed each time.

  calibratedGateCountMax: 100_000, // Entries of a calibration: gates times places; the largest devices published have 1 700.

  // Simulator --------------------------------------------------------------------------------------------------------
  simulatorQubitCountMax: 26, // 2^26 complex f64 amplitudes are 1 GiB, what one compute worker may hold.
  densityMatrixQubitCountMax: 13, // 4^13 entries are the gigabyte of 26 qubits.
  densityMatrixEndCountMax: 256, // Histories of bits read in the middle of a circuit that one density matrix is split into.
  checkpointBytesMax: 64 * 1024 * 1024, // Copies of states beside the one that a run is about.
  checkpointCountMax: 8, // Nested copies of trajectories: few shots share more than this many errors.
  shotTableBytesMax: 16 * 1024 * 1024, // What noisy shots remember of themselves; more shots go in batches.
  edgeQubitCountMax: 16, // An edge worker has 128 MB and computes where it answers: 1 MiB of state, and about 0.3 ms for a gate.
  threadQubitCountMin: 18, // From here on a state is spread over several threads; below, waking them costs more than they save.
  stateThreadCountMax: 32, // Of one state: each has a megabyte of its own.
  stopWorkMax: 16_000_000, // Amplitude updates of a thread between two looks at whether it is to stop: 80 ms, so that it stops within 200.
  sliceWorkMax: 4_000_000, // Amplitude updates in one go: about 20 ms of plain WASM, for which an edge worker answers nobody else.
  stabilizerBytesMax: 2 ** 30, // Tables of one stabilizer run: what a state vector of the widest circuit takes.
  edgeStabilizerBytesMax: 32 * 1024 * 1024, // The same on an edge worker: a quarter of its 128 MB.
  outcomeTextBytesMax: 256 * 1024 * 1024, // Different outcomes of one run as text; the kernel holds, encodes and stores copies of it.
  outcomeTextBytesMin: 8 * 1024 * 1024, // However little memory there is for states, as on an edge worker.
  stabilizerTextShare: 0.25, // Of those bytes, different outcomes as text.
  workerMemoryKeptBytesMax: 64 * 1024 * 1024, // A worker whose WASM memory grew beyond this is replaced: memory never shrinks.
  memoryTextBytesMax: 16 * 1024 * 1024, // Outcomes of all shots in order, of one job: sixteen stored parts.
  probabilityCountMax: 65_536, // Of the lists of chosen qubits of one job together: half a megabyte, 16 qubits in one list.
  sweepValueCountMax: 10_000, // Of all runs of a sweep: they are read with the job, also in lists.
  sweepTextBytesMax: 64 * 1024 * 1024, // Different outcomes of all runs of a sweep; those of one run have a bound of their own.
  coefficientMax: 1e100, // Of a Pauli term: sums of squares stay finite.
  sweepOperationCountMax: 200_000, // Of all runs of a sweep: bound, planned and run in seconds at 12 qubits, judged in a tenth of one.
  finalStateQubitCountMax: 16, // A megabyte of amplitudes; larger states are for a store of states.
  shotCountMax: 1_000_000, // Per job; a larger experiment is several jobs.
  chunkBytesMax: 1024 * 1024, // Stored blobs; edge stores cap a row near 2 MB.
  inlineResultBytesMax: 64 * 1024, // Larger results are left out of status messages and fetched by GetJobResult.

  // Queue and execution ----------------------------------------------------------------------------------------------
  queuedJobCountMax: 10_000, // performance.thread_pool.queue_size lowers or raises it.
  attemptCountMax: 5, // A job whose worker or kernel died this often is DEAD: it would kill the next one too.
  workerKillCountMax: 2, // A job that took down this many compute workers by itself is DEAD.
  leaseMs: 10_000, // A silent kernel's jobs are taken over after this; renewed at a third of it.
  leaseRenewMs: 3_000,
  idempotencyKeptMs: 7 * 24 * 3600 * 1000, // Longer than any client retries.
  jobRuntimeMsMax: 30 * 60 * 1000, // A job without a deadline still ends.
  shortTaskQueueMax: 32, // Short tasks a driver holds beyond its slots, so that workers never wait for an fsync.
  shortTaskWorkMax: 2_000_000, // Amplitude updates of a short task: about 10 ms of plain WASM.
  settleAttemptMax: 100, // Tries to store how a run ended, one a tick; its lease is long gone by then.
  tickIdleMs: 1_000, // The slow fallback: longest time between two ticks of an idle kernel.
  reapIntervalMs: 500, // Between two looks for expired leases and deadlines.
  retryWaitMsMin: 100, // Shortest wait told to those who are turned away; the three of these make a WaitEstimate.
  retryWaitMsMax: 60_000, // Longest: who is told more gives up, and a kernel that recovers is not noticed.
  retryRateWindowMs: 10_000, // How far back the rate of free places is measured.
  tickRetryMs: 200, // Time to the next tick after the store did not answer.
  edgeBootRetryMs: 5_000, // From an alarm that could not boot the kernel to the next: a store that restarts takes about as long.
  claimBatchMax: 64, // Jobs claimed by one tick; the rest waits for the next, so that a tick stays short.
  groupCommitTurns: 4, // Turns of the event loop in which a group fills up: 4 carry a tenth more jobs than 2, 8 no more than 4 (measured).
  groupCommitBusySize: 4, // Steps of the last group from which on the next one is waited for.
  groupCommitDistanceMs: 2, // From one commit to the next while busy: a sixth less work for each job than without; beyond, jobs wait longer for nothing (measured).
  groupCommitStepMax: 64, // Steps that share one fsync; more would lengthen the write lock.
  pendingCommitMax: 20_000, // Steps waiting for the writer; beyond it the store answers "overloaded".
  storeBusyMs: 2_000, // Longest wait for another process's write lock; it blocks the event loop, so it stays below leaseRenewMs.
  remoteStoreTimeoutMs: 2_500, // Of one call to a database behind HTTP: two tries of a renewal fit into a lease.
  remoteStoreRequestCountMax: 20, // Calls under way to it at once; Workers allow six connections and queue the rest.
  stepPagesMax: 16, // Pages that one step writes, but for the parts of a large result.
  walPagesMax: 4096, // 16 MB of write-ahead log between checkpoints: rare enough to be cheap, short enough to replay at once.
  knownCircuitCountMax: 4096, // Circuits the store remembers as stored, so that their text is not sent to SQL again.

  // Streams ----------------------------------------------------------------------------------------------------------
  streamBufferEventMax: 256, // Events that wait in memory for one slow reader; beyond it, it reads the store.
  eventPageSize: 256, // Events a catching-up stream reads at once.
  streamCountMax: 2000, // Open streams of one kernel.
  shutdownMs: 25_000, // From the signal to the exit, of the 30 s that Kubernetes gives a pod; the five below share it.
  drainMs: 16_000, // Running jobs may end in this; then they are given back.
  giveBackMs: 2_000, // To store that: an fsync each, or one wait for another process's lock.
  drainNoticeMs: 5_000, // In staging and production doors stay open this long at least: load balancers ask readiness every few seconds.
  closeMs: 2_000, // Answers under way may end in this, then connections are cut; and each store and worker may take it to close.
  cutMs: 500, // For cut connections to be gone.
  streamIdleHeartbeatMs: 15_000, // Proxies cut streams silent for 30 s and more.
  eventSourceRetryMs: 1_000, // What an EventSource is told to wait before it reconnects.
  socketBufferedBytesMax: 128 * 1024, // Unsent bytes of one WebSocket; above it the stream is not read further. Some runtimes hold ten times a short frame's bytes.
  socketBlindBytesMax: 16 * 1024 * 1024, // Sent through a WebSocket that does not tell what still waits; then it is closed and resumes at its cursor.
  socketStallMsMax: 30_000, // A WebSocket whose reader stands still this long is closed; it can resume at its cursor.
  socketOpenMsMax: 10_000, // From the answer to the upgrade to the open socket.

  // Doors ------------------------------------------------------------------------------------------------------------
  trailerDetailBytesMax: 3 * 1024, // gRPC clients refuse trailers above 8 KiB, and base64 makes these 4 KiB.
  trailerMessageLengthMax: 1024, // Percent-encoding triples the worst of these: 3 KiB of the same 8.
  completionWaitMs: 500, // Longest wait for the kernel at a press of the tab key: people feel more as a hang.
  completionCandidateCountMax: 100, // Newest jobs and their names that are offered; shells ask before they show more.
  devPortTryMax: 20, // Ports that `eigen dev` tries from the usual one on: more kernels than one person runs; then any free one.
  devBootAttemptMax: 3, // Boots of `eigen dev` when a port that was free is taken in between.
  jsonNestingMax: 32, // Deepest nesting of a JSON body: the contract needs 6, the decoder recurses.
  grpcSessionCountMax: 1000, // Open HTTP/2 connections of the native gRPC port.
  grpcKeepAliveMs: 60_000, // A gRPC connection silent this long is asked whether it lives.
  grpcStreamsPerSessionMax: 200, // Calls that one connection may have open.
  drainRequestBytesMax: 64 * 1024 * 1024, // Of a refused body: read away so that the sender sees the answer; beyond it the connection is cut.

  // Observability ----------------------------------------------------------------------------------------------------
  metricSeriesMax: 1000, // Label sets per metric; further ones are counted as "other".
  histogramSeriesMax: 128, // Label sets of a latency: each may hold half a megabyte of windowed buckets.
  metricLabelLengthMax: 128, // A label names a method or a state; a longer value is cut.
  metricWindowMsMax: 3600 * 1000, // How far back rates and percentiles can look.
  recentSpanCountMax: 2048, // Ended spans kept in memory until exporters come.
  spanAttributeCountMax: 32, // More than a trace viewer shows without scrolling; these three bound what a kept span can hold.
  spanAttributeLengthMax: 1024,
  spanEventCountMax: 16,
  logLineBytesMax: 8192, // What syslog relays and journald pass on in one piece.
  logNameLengthMax: 64, // Names of fields are written by hand.
  logBacklogBytesMax: 1024 * 1024, // Lines that wait for a slow reader; further ones are dropped and counted.

  // Configuration ----------------------------------------------------------------------------------------------------
  configBytesMax: 256 * 1024, // A hundred times the largest file of the specification; read before anything is trusted.
  configNestingMax: 32, // The schema is 8 deep; the YAML composer recurses, a call stack is finite.
  configNodeCountMax: 10_000, // Keys and values after aliases are followed: what stops an anchor bomb.
  secretBytesMax: 64 * 1024, // One ${file:…}: a certificate chain fits, a mistaken path to a disk image does not.
  threadCountMax: 256, // Compute workers of one kernel; each holds its own WASM memory.
  concurrentRequestCountMax: 65_535, // performance.network.max_concurrent_requests: one address has no more ports to call from.

  // Client and terminal ----------------------------------------------------------------------------------------------
  clientAttemptCountMax: 6, // Tries of one call, or to open a stream: about 6 s with the pauses below.
  clientResumeCountMax: 12, // Tries to resume a stream that had come: 15 to 31 s, so that a lost network or a restart is sat out.
  clientRetryMsFirst: 100, // Pause after the first failure; doubled each time, and drawn anew between half and whole.
  clientRetryMsMax: 5_000, // Longest pause, also when the kernel asks for a longer one: then its answer is told instead.
  clientReadBytesMax: 16 * 1024 * 1024, // One message; the largest is a part of a result: a chunk and its framing.
  drawnOperationCountMax: 2000, // Of one circuit drawing; more fills screens that nobody reads.
  drawnQubitCountMax: 64, // Wires of one circuit drawing.
  drawnOutcomeCountMax: 1000, // Bars of one histogram.
  terminalInputBytesMax: 8 * 1024 * 1024, // A file that the command line reads: four times the largest circuit.
} as const;
