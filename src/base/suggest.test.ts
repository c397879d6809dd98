import { expect, test } from "vitest";
import { suggest } from "./suggest.ts";

const known = ["grpc_port", "rest_port", "websocket_port", "host", "enabled"];

test.each([
  ["grcp_port", "grpc_port"],
  ["restPort", "rest_port"],
  ["rest-port", "rest_port"],
  ["hosts", "host"],
  ["enable", "enabled"],
  ["websockt_prot", "websocket_port"],
])("%s was meant as %s", (word, meant) => expect(suggest(word, known)).toBe(meant));

test.each(["", "x", "temperature", "hhhhhhhh"])("%j is close to nothing", (word) => expect(suggest(word, known)).toBeUndefined());

test("a word of a megabyte costs nothing and is close to nothing", () => {
  expect(suggest("grpc_port".repeat(100_000), known)).toBeUndefined();
});
