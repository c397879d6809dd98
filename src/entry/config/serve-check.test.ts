import { expect, test } from "vitest";
import { configOf, fileWith } from "./load.fixture.ts";
import { checkServe } from "./serve-check.ts";

async function refusals(mode: string, values: Readonly<Record<string, unknown>>) {
  const config = await configOf(fileWith({ "kernel.mode": mode, "kernel.network.host": "127.0.0.1", ...values }));
  return checkServe(config).map(({ field }) => field);
}

const asked: readonly (readonly [string, unknown])[] = [
  ["kernel.security.authentication", "jwt"],
  ["kernel.security.tls.enabled", true],
  ["kernel.security.tls.certificate", "/etc/ssl/eigen.crt"],
  ["kernel.security.authorization.policy_engine", "opa"],
  ["kernel.security.audit_enabled", true],
  ["kernel.security.isolation_level", "medium"],
  ["kernel.resource_manager.isolation_level", "strong"],
  ["kernel.qfs.circuit_fs.encryption", "aes256"],
  ["kernel.storage.qfs.circuit_fs.encryption", "aes256"],
  ["kernel.backup.encryption", true],
  ["kernel.security.disable_authentication", true],
  ["kernel.security.allow_all_operations", true],
];

test.each(asked)("staging and production refuse %s: %s, development does not", async (key, value) => {
  expect(await refusals("production", { [key]: value })).toEqual([key]);
  expect(await refusals("staging", { [key]: value })).toEqual([key]);
  expect(await refusals("development", { [key]: value })).toEqual([]);
  expect(await refusals("test", { [key]: value })).toEqual([]);
});

test("every reason is told together, each with its line", async () => {
  const config = await configOf(
    "kernel:\n  mode: staging\n  security:\n    audit_enabled: true\n    disable_authentication: true\n",
  );
  expect(checkServe(config).map(({ field, line }) => [field, line])).toEqual([
    ["kernel.security.audit_enabled", 4],
    ["kernel.security.disable_authentication", 5],
  ]);
});

test("protection that is switched off is not asked for", async () => {
  const off = {
    "kernel.security.authentication": "none",
    "kernel.security.audit_enabled": false,
    "kernel.security.disable_authentication": false,
    "kernel.security.tls": { enabled: false, certificate: "/etc/ssl/eigen.crt" },
    "kernel.backup": { enabled: false, encryption: true },
  };
  expect(await refusals("production", off)).toEqual([]);
  expect(await refusals("production", { "kernel.security": { enabled: false, authentication: "jwt" } })).toEqual([]);
});

test("a section that is off takes no other section with it", async () => {
  const values = { "kernel.security.tls": { enabled: false }, "kernel.security.audit_enabled": true };
  expect(await refusals("production", values)).toEqual(["kernel.security.audit_enabled"]);
});

test("a door that stays open is refused even when the security section is off", async () => {
  const values = { "kernel.security": { enabled: false, disable_authentication: true } };
  expect(await refusals("production", values)).toEqual(["kernel.security.disable_authentication"]);
});

test("without authentication, production serves this machine only", async () => {
  expect(await refusals("production", {})).toEqual([]);
  expect(await refusals("production", { "kernel.network.host": "0.0.0.0" })).toEqual(["kernel.network.host"]);
  expect(checkServe(await configOf("kernel: { mode: staging }")).map(({ field }) => field)).toEqual(["kernel.network.host"]);
});

test("an address that others can reach is told where the file sets it, and without a place where it does not", async () => {
  const placesOf = async (text: string) =>
    checkServe(await configOf(text)).map(({ field, line, column }) => [field, line, column]);
  const open = "kernel:\n  mode: production\n  network: { rest_port: 9000, host: 0.0.0.0 }\n";
  expect(await placesOf(open)).toEqual([["kernel.network.host", 3, 31]]);
  expect(await placesOf("kernel: { mode: production }")).toEqual([["kernel.network.host", undefined, undefined]]);
});
