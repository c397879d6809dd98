// The memory store against the contract of the store port.

import { createManualClock } from "../store.fixture.ts";
import { describeStore } from "../store-suite/index.ts";
import { createMemoryStore } from "./index.ts";

describeStore("memory", async () => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  return { store, clock, dispose: () => store.close() };
});
