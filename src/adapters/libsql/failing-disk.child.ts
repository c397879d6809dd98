// A store whose disk begins to fail and recovers. Run by failing-disk.test.ts with a library in front of libc; says on stdout what it was told.

import { rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import type { KernelStore } from "../../ports/store.ts";
import * as make from "../store.fixture.ts";
import { openStore } from "./testing.ts";

const [url = "", flag = ""] = process.argv.slice(2);
const store = await openStore(url, make.createManualClock());
await make.apply(store, make.submit(1));
writeFileSync(flag, "");
const refusals = [await refusalOf(store, 2), await refusalOf(store, 3)];
const whileFailing = { isWritable: await store.isWritable(), queued: (await store.countJobs()).QUEUED };
rmSync(flag);
const isWritable = await store.isWritable();
await make.apply(store, make.submit(4));
await store.close();
process.stdout.write(JSON.stringify({ refusals, whileFailing, isWritable }));

async function refusalOf(failing: KernelStore, number: number): Promise<string> {
  return failing.commit(make.submit(number)).then(
    () => "acknowledged",
    (error: unknown) => String(error),
  );
}
