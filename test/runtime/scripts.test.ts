// The scripts that people call by hand: what they do not understand is refused at once, with how they are called.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pickRuntime, root } from "../../tools/runtime.mjs";

const scripts = {
  "start:edge": { file: "tools/edge.mjs", wrong: ["--port=abc", "--port=65536", "--config=/there/is/none.yaml"] },
  "test:crash": {
    file: "test/crash/run.ts",
    wrong: ["--runs=2.5", "--runs=-3", "--seed=x", "--runtime=workerd", "--bug=none_such"],
  },
  soak: { file: "bench/soak.ts", wrong: ["--minutes=0", "--minutes=abc", "--runtime=workerd"] },
} as const;
const calls = Object.entries(scripts).flatMap(([name, { file, wrong }]) =>
  ["--nonsense", "nonsense", ...wrong].map((argument) => ({ name, file, argument })),
);

test.each(calls)("npm run $name -- $argument tells how it is called, and ends with 2", ({ name, file, argument }) => {
  const launcher = pickRuntime();
  if (launcher === undefined) throw new Error("no runtime is here");
  const { status, stdout, stderr } = spawnSync(launcher.command, [...launcher.launchArguments, join(root, file), argument], {
    encoding: "utf8",
  });
  expect(stderr).toMatch(new RegExp(`^(.+\n)?usage: npm run ${name} -- .+\n$`));
  expect([status, stdout]).toEqual([2, ""]);
});
