import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const launcher = fileURLToPath(new URL("../../tools/eigen.mjs", import.meta.url));
const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; h q[0]; cx q[0], q[1];';

/** The real command, through its launcher. */
function eigen(argv: readonly string[], stdin = ""): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, ...argv], { env: { ...process.env, EIGEN_URL: "http://127.0.0.1:1" } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(stdin);
  });
}

test("the command reads standard input, writes standard output, and is quiet besides", async () => {
  expect(await eigen(["circuits", "check", "-"], bell)).toEqual({
    code: 0,
    stdout: "-: ok, 2 qubits, 0 bits, 2 operations\n",
    stderr: "",
  });
}, 20_000);

test("its exit code is the command's", async () => {
  expect((await eigen(["circuits", "check", "-"], "nonsense")).code).toBe(3);
  expect((await eigen(["bogus"])).code).toBe(2);
}, 20_000);

test("without a kernel it says where none answers and what to do, and ends with 5", async () => {
  const { code, stdout, stderr } = await eigen(["devices", "list"]);
  expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
  expect(stderr).toMatch(/^error: No kernel answers at http:\/\/127\.0\.0\.1:1[\s\S]*eigen serve/);
}, 20_000);
