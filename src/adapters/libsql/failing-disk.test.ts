// A disk that is full, and one whose writes fail: what was acknowledged stays, what is refused says so, and space that comes back is used
// without a restart.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pickRuntime } from "../../../tools/runtime.mjs";
import { describeError } from "../../model/errors.ts";
import { StoreUnavailableError } from "../../ports/store.ts";
import * as make from "../store.fixture.ts";
import { openLibsqlStore } from "./index.ts";

const diskBytes = 8 * 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), "eigen-small-disk-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", folder], { encoding: "utf8" });
const missing = mounted.status === 0 ? undefined : "a small disk cannot be mounted here";

describe.skipIf(missing !== undefined)(`a full disk${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  const ballast = join(folder, "ballast");
  beforeAll(() => writeFileSync(ballast, new Uint8Array(diskBytes / 4)));
  afterAll(() => {
    spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  test("steps are refused as unavailable, nothing acknowledged is lost, and the store goes on when there is room again", async () => {
    const clock = make.createManualClock();
    const url = `file:${join(folder, "kernel.db")}`;
    const opened = await openLibsqlStore({ url, clock });
    if (!opened.ok) throw new Error(describeError(opened.error));
    const store = opened.value;
    const acknowledged: number[] = [];
    let refusal: unknown;
    for (let number = 0; number < 5000 && refusal === undefined; number++) {
      await store.commit(make.submit(number)).then(
        () => acknowledged.push(number),
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    expect(acknowledged.length).toBeGreaterThan(50);
    expect(refusal).toBeInstanceOf(StoreUnavailableError);
    expect(String(refusal)).toContain("SQLITE_FULL");
    expect(await store.isWritable()).toBe(false);
    // Reading goes on.
    expect((await store.countJobs()).QUEUED).toBe(acknowledged.length);

    rmSync(ballast);
    expect(await store.isWritable()).toBe(true);
    await make.apply(store, make.submit(9999));
    await store.close();

    const again = await openLibsqlStore({ url, clock });
    if (!again.ok) throw new Error(describeError(again.error));
    const ids = (await again.value.readyJobs(10_000)).map(({ id }) => id);
    expect(ids).toEqual([...acknowledged, 9999].map(make.jobId));
    await again.value.close();
  });
});

// Fails every write and sync to a file of the database while the file named by EIGEN_FAIL exists.
const shim = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static int fails(int fd) {
  char link[64], path[4096];
  const char *flag = getenv("EIGEN_FAIL");
  if (flag == NULL || access(flag, F_OK) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, "kernel.db") != NULL;
}
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) { if (fails(fd)) { errno = EIO; return -1; } return REAL(pwrite64)(fd, bytes, count, at); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { if (fails(fd)) { errno = EIO; return -1; } return REAL(pwrite)(fd, bytes, count, at); }
ssize_t write(int fd, const void *bytes, size_t count) { if (fails(fd)) { errno = EIO; return -1; } return REAL(write)(fd, bytes, count); }
int fsync(int fd) { if (fails(fd)) { errno = EIO; return -1; } return REAL(fsync)(fd); }
int fdatasync(int fd) { if (fails(fd)) { errno = EIO; return -1; } return REAL(fdatasync)(fd); }
`;

const compiler = spawnSync("cc", ["--version"]).status === 0 ? undefined : "there is no C compiler here";

describe.skipIf(compiler !== undefined)(`a failing disk${compiler === undefined ? "" : ` (skipped: ${compiler})`}`, () => {
  test("steps whose write or sync fails are refused as unavailable and leave nothing; when the disk recovers, so does the store", async () => {
    const work = mkdtempSync(join(tmpdir(), "eigen-failing-disk-"));
    try {
      const library = join(work, "failing.so");
      writeFileSync(join(work, "failing.c"), shim);
      const built = spawnSync("cc", ["-shared", "-fPIC", "-w", "-o", library, join(work, "failing.c"), "-ldl"], {
        encoding: "utf8",
      });
      expect(built.stderr).toBe("");
      const flag = join(work, "fail");
      const path = join(work, "kernel.db");
      const launcher = pickRuntime(["node"]);
      if (launcher === undefined) throw new Error("this test needs Node");
      const script = join(import.meta.dirname, "failing-disk.child.ts");
      const { stdout, stderr } = spawnSync(launcher.command, [...launcher.launchArguments, script, `file:${path}`, flag], {
        encoding: "utf8",
        env: { ...process.env, LD_PRELOAD: library, EIGEN_FAIL: flag },
      });
      const told = JSON.parse(stdout === "" ? JSON.stringify(stderr) : stdout);
      expect(told).toMatchObject({ whileFailing: { isWritable: false, queued: 1 }, isWritable: true });
      for (const refusal of told.refusals)
        expect(refusal).toMatch(/^StoreUnavailableError: the store did not answer \(SQLITE_IOERR/);

      const opened = await openLibsqlStore({ url: `file:${path}`, clock: make.createManualClock() });
      if (!opened.ok) throw new Error(describeError(opened.error));
      expect((await opened.value.readyJobs(10)).map(({ id }) => id)).toEqual([make.jobId(1), make.jobId(4)]);
      await opened.value.close();
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
});
