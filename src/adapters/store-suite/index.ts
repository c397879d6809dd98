// The contract of the store port as tests, run against every adapter.

import { afterEach, beforeEach, describe } from "vitest";
import { cancelTests } from "./cancel.ts";
import { leaseTests } from "./leases.ts";
import { lifeTests } from "./life.ts";
import { readingTests } from "./reading.ts";
import { createSubject, type Subject, type SuiteStore } from "./subject.ts";
import { submitTests } from "./submit.ts";
import { togetherTests } from "./together.ts";

const parts: Readonly<Record<string, (subject: Subject) => void>> = {
  submit: submitTests,
  "the life of a job": lifeTests,
  cancel: cancelTests,
  leases: leaseTests,
  reading: readingTests,
  together: togetherTests,
};

export function describeStore(adapter: string, open: () => Promise<SuiteStore>): void {
  let current: SuiteStore | undefined;
  const subject = createSubject(() => {
    if (current === undefined) throw new Error("no test runs");
    return current;
  });
  beforeEach(async () => {
    current = await open();
  });
  afterEach(() => current?.dispose());
  for (const [name, tests] of Object.entries(parts)) describe(`${adapter}: ${name}`, () => tests(subject));
}
