// Events between the contract and the model.

import { create } from "@bufbuild/protobuf";
import { type Event, EventSchema, type Subscription } from "../../gen/eigen/kernel/v1/events_pb.ts";
import type { Owner } from "../../model/job.ts";
import type { EventSubscription, StreamItem } from "../../qrtx/index.ts";
import { fromProtoStates, toProtoState } from "./enums.ts";
import { fromCursor } from "./job.ts";
import { toTimestamp } from "./time.ts";

export function toEventSubscription(subscription: Subscription, owner: Owner): EventSubscription {
  return {
    owner,
    after: fromCursor(subscription.cursor),
    jobs: subscription.jobIds,
    states: fromProtoStates(subscription.states),
  };
}

export function toEvent(item: StreamItem): Event {
  if (item.kind === "heartbeat") return create(EventSchema, { cursor: String(item.cursor), at: toTimestamp(item.atMs) });
  const { event } = item;
  return create(EventSchema, {
    cursor: String(event.seq),
    at: toTimestamp(event.atMs),
    payload: {
      case: "jobMoved",
      value: {
        jobId: event.jobId,
        name: event.jobName,
        fromState: toProtoState(event.from),
        toState: toProtoState(event.to),
        sequence: BigInt(event.jobSeq),
        reason: event.reason,
        device: event.device,
      },
    },
  });
}
