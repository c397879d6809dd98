// The door of QRTX.
export { createQrtx, type QrtxOptions } from "./create-qrtx.ts";
export type {
  EventSubscription,
  JobNow,
  JobResultPart,
  JobUpdate,
  Qrtx,
  StreamItem,
  SubmitAnswer,
  SubmitRequest,
} from "./door.ts";
