// Bundled into the page that Chromium loads from another origin than the kernel's: runs the checks, and follows events while the test
// takes the network away.

import { KernelClient } from "../../../src/client/index.ts";
import type { Target } from "../../api/target.ts";
import { browserChecks } from "./checks.ts";

export interface TestPage {
  /** Undefined: passed; else why not. */
  check(name: string, target: Target): Promise<string | undefined>;
  submit(url: string, protocol: "connect" | "grpc-web", name: string): Promise<string>;
  /** Follows from the cursor; what came is in `seen`. */
  follow(url: string, way: "connect" | "grpc-web" | "EventSource", cursor: string): Promise<void>;
  readonly seen: string[];
  readonly failures: string[];
}

const bell = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0], q[1];\nmeasure q -> c;\n';

const page: TestPage = {
  seen: [],
  failures: [],
  async check(name, target) {
    const check = browserChecks.find((candidate) => candidate.name === name);
    if (check === undefined) return "no such check in the page";
    return check.run(target).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
  },
  async submit(url, protocol, name) {
    const client = await KernelClient.connect(url, { protocol });
    return (await client.submitJob({ id: name, circuit: bell, shots: 100 })).cursor;
  },
  async follow(url, way, cursor) {
    page.seen.length = 0;
    page.failures.length = 0;
    if (way === "EventSource") {
      const source = new EventSource(`${url}/api/v1/events?cursor=${cursor}`);
      source.onmessage = ({ lastEventId }) => page.seen.push(lastEventId);
      source.onerror = () => page.failures.push(source.readyState === EventSource.CLOSED ? "closed" : "connecting");
      return;
    }
    const client = await KernelClient.connect(url, { protocol: way });
    void (async () => {
      for await (const event of client.subscribeToEvents({ cursor })) page.seen.push(event.cursor);
    })().catch((error: unknown) => page.failures.push(String(error)));
  },
};

Object.assign(globalThis, { testPage: page });
