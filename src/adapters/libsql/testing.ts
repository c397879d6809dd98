// Databases in temporary directories, for the tests of this folder.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError } from "../../model/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KernelStore } from "../../ports/store.ts";
import { openLibsqlStore } from "./index.ts";

export interface TemporaryFile {
  readonly path: string;
  readonly url: string;
  remove(): void;
}

export function createTemporaryFile(): TemporaryFile {
  const directory = mkdtempSync(join(tmpdir(), "eigen-store-"));
  const path = join(directory, "kernel.db");
  return { path, url: `file:${path}`, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export async function openStore(url: string, clock: Clock): Promise<KernelStore> {
  const opened = await openLibsqlStore({ url, clock });
  if (!opened.ok) throw new Error(describeError(opened.error));
  return opened.value;
}
