// The libSQL store against the contract of the store port.

import { createManualClock } from "../store.fixture.ts";
import { describeStore } from "../store-suite/index.ts";
import { createTemporaryFile, openStore } from "./testing.ts";

describeStore("libsql", async () => {
  const clock = createManualClock();
  const file = createTemporaryFile();
  const store = await openStore(file.url, clock);
  return {
    store,
    clock,
    dispose: async () => {
      await store.close();
      file.remove();
    },
  };
});
