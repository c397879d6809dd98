// Durations over a sliding window, in constant memory: log-spaced buckets, one set a time slice, old slices dropped.
//
// A quantile is the geometric middle of its bucket, so it is off by at most half a bucket: 2.5 % (twin: sorting every sample, see the test).
// A window is made of whole slices: it may reach up to one slice further back than asked for.

const bucketRatio = 1.05;
const logRatio = Math.log(bucketRatio);
/** Milliseconds of the first bucket's lower edge: shorter durations count as this. */
const leastMs = 0.001;
/** 1.05^600 * 1 µs is about 5e9 ms: two months. */
const bucketCountMax = 600;
export const sliceMs = 10_000;
/** An hour and the slice under way. */
const sliceCountMax = 361;

interface Slice {
  readonly startMs: number;
  /** buckets.get(b): samples in bucket b. At most bucketCountMax entries. */
  readonly buckets: Map<number, number>;
  count: number;
  sum: number;
}

export interface WindowSummary {
  readonly count: number;
  readonly sumMs: number;
  /** NaN without samples. `share` in 0..1. */
  quantileMs(share: number): number;
}

export interface WindowHistogram {
  record(ms: number): void;
  over(windowMs: number): WindowSummary;
  /** Since the start: how many samples were at most each edge, and all of them. */
  cumulative(edgesMs: readonly number[]): { readonly counts: readonly number[]; readonly count: number; readonly sumMs: number };
}

/** `nowMs`: a monotonic clock. `edgesMs`: ascending edges that cumulative() may ask for. */
export function createWindowHistogram(nowMs: () => number, edgesMs: readonly number[]): WindowHistogram {
  let slices: Slice[] = [];
  const atMost = edgesMs.map(() => 0);
  let totalCount = 0;
  let totalSumMs = 0;

  function currentSlice(): Slice {
    const startMs = Math.floor(nowMs() / sliceMs) * sliceMs;
    const last = slices.at(-1);
    if (last !== undefined && last.startMs >= startMs) return last;
    const fresh: Slice = { startMs, buckets: new Map(), count: 0, sum: 0 };
    slices.push(fresh);
    if (slices.length > sliceCountMax) slices = slices.slice(-sliceCountMax);
    return fresh;
  }

  return {
    record(ms) {
      if (!Number.isFinite(ms)) return;
      const slice = currentSlice();
      const bucket = bucketOf(ms);
      slice.buckets.set(bucket, (slice.buckets.get(bucket) ?? 0) + 1);
      slice.count++;
      slice.sum += ms;
      totalCount++;
      totalSumMs += ms;
      for (const [place, edge] of edgesMs.entries()) if (ms <= edge) atMost[place] = (atMost[place] ?? 0) + 1;
    },
    over(windowMs) {
      const fromMs = Math.floor((nowMs() - windowMs) / sliceMs) * sliceMs;
      const inside = slices.filter(({ startMs }) => startMs >= fromMs);
      const count = inside.reduce((sum, slice) => sum + slice.count, 0);
      return {
        count,
        sumMs: inside.reduce((sum, slice) => sum + slice.sum, 0),
        quantileMs: (share) => quantile(inside, count, share),
      };
    },
    cumulative: () => ({ counts: atMost, count: totalCount, sumMs: totalSumMs }),
  };
}

function bucketOf(ms: number): number {
  const bucket = Math.floor(Math.log(Math.max(ms, leastMs) / leastMs) / logRatio);
  return Math.min(bucket, bucketCountMax - 1);
}

/** Nearest rank, as a sort would find it. */
function quantile(slices: readonly Slice[], count: number, share: number): number {
  if (count === 0) return Number.NaN;
  const merged = new Map<number, number>();
  for (const { buckets } of slices)
    for (const [bucket, samples] of buckets) merged.set(bucket, (merged.get(bucket) ?? 0) + samples);
  const rank = Math.max(1, Math.ceil(share * count));
  let seen = 0;
  for (const [bucket, samples] of [...merged].sort(([a], [b]) => a - b)) {
    seen += samples;
    if (seen >= rank) return leastMs * bucketRatio ** (bucket + 0.5);
  }
  return Number.NaN;
}
