// The events of all jobs, as one stream.

import type { Handlers } from "../call.ts";
import { toEvent, toEventSubscription } from "../convert/event.ts";
import { unwrap } from "../errors.ts";
import type { Rooms } from "../options.ts";
import { mapStream, need } from "./need.ts";

export function eventHandlers({ qrtx }: Rooms): Pick<Handlers, "subscribeToEvents"> {
  return {
    async subscribeToEvents(subscription, { owner, signal }) {
      return mapStream(unwrap(await need(qrtx, "qrtx").subscribe(toEventSubscription(subscription, owner), signal)), toEvent);
    },
  };
}
