// A kernel's store that is killed: writes jobs without end and says on stdout what was acknowledged. Run by crash.test.ts.

import { writeSync } from "node:fs";
import * as make from "../store.fixture.ts";
import { openStore } from "./testing.ts";

const [url = "", firstJob = "0"] = process.argv.slice(2);
const store = await openStore(url, { nowMs: () => Date.now(), monotonicMs: () => performance.now() });
let next = Number(firstJob);

/** One job after another, each to COMPLETED; a line only after the promise of its step was kept. */
async function work(): Promise<never> {
  for (;;) {
    const number = next++;
    await make.apply(store, make.submit(number));
    writeSync(1, `submit ${number}\n`);
    await make.apply(store, make.claim(number, { start: true }));
    writeSync(1, `claim ${number}\n`);
    await make.apply(store, make.complete(number));
    writeSync(1, `complete ${number}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, work));
