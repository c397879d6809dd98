// Times and durations between epoch or plain milliseconds and protobuf's well-known types.

import { create } from "@bufbuild/protobuf";
import { type Duration, DurationSchema, type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";

export function toTimestamp(epochMs: number): Timestamp {
  const seconds = Math.floor(epochMs / 1000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: Math.round((epochMs - seconds * 1000) * 1e6) });
}

function fromTimestamp(timestamp: Timestamp): number {
  return Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1e6);
}

export function fromTimestampIfSet(timestamp: Timestamp | undefined): number | undefined {
  return timestamp === undefined ? undefined : fromTimestamp(timestamp);
}

export function toDuration(milliseconds: number): Duration {
  const seconds = Math.trunc(milliseconds / 1000);
  return create(DurationSchema, { seconds: BigInt(seconds), nanos: Math.round((milliseconds - seconds * 1000) * 1e6) });
}

export function fromDuration(duration: Duration): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
