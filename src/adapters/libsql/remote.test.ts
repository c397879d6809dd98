// The store on libSQL behind HTTP: the contract of the store port, and what only a network does.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HranaServer, startHranaServer } from "../../../test/support/hrana-server.ts";
import { describeError } from "../../model/errors.ts";
import { StoreUnavailableError } from "../../ports/store.ts";
import * as make from "../store.fixture.ts";
import { describeStore } from "../store-suite/index.ts";
import { openRemoteStore } from "./remote.ts";
import { createTemporaryFile } from "./testing.ts";

const authToken = "a-token-for-this-test";

async function openFresh() {
  const clock = make.createManualClock();
  const file = createTemporaryFile();
  const server = await startHranaServer({ path: file.path, authToken });
  const opened = await openRemoteStore({ url: server.url, authToken, clock });
  if (!opened.ok) throw new Error(describeError(opened.error));
  const store = opened.value;
  const dispose = async (): Promise<void> => {
    await store.close();
    await server.close();
    file.remove();
  };
  return { store, clock, server, dispose };
}

describeStore("libSQL over HTTP", openFresh);

describe("libSQL over HTTP", () => {
  let opened: Awaited<ReturnType<typeof openFresh>>;
  let server: HranaServer;
  beforeEach(async () => {
    opened = await openFresh();
    server = opened.server;
  });
  afterEach(() => opened.dispose());

  test("a reply that is lost after the commit is looked up: the step is answered as applied, once", async () => {
    const { store } = opened;
    server.fault = "lose_reply";
    await make.apply(store, make.submit(1));
    server.fault = "lose_reply";
    await make.apply(store, make.claim(1, { start: true }));
    expect(await store.lastEventSeq()).toBe(3);
  });

  test("a request that is lost is sent once more", async () => {
    server.fault = "lose_request";
    await make.apply(opened.store, make.submit(1));
    expect(await opened.store.lastEventSeq()).toBe(1);
  });

  test("a question whose answer is lost is told as unavailable, without its parameters", async () => {
    server.fault = "lose_reply";
    const error = await opened.store.findJob("secret_tenant", "secret_id").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(JSON.stringify([error, String(error)])).not.toContain("secret");
  });

  test("a server that is gone makes the store unwritable; nobody waits longer than a call may take", async () => {
    await server.close();
    expect(await opened.store.isWritable()).toBe(false);
    await expect(opened.store.commit(make.submit(1))).rejects.toThrow(StoreUnavailableError);
  });
});

test("a wrong token, another protocol and an address without a server are refused, and the token is not told", async () => {
  const clock = make.createManualClock();
  const file = createTemporaryFile();
  const server = await startHranaServer({ path: file.path, authToken });
  const refusalOf = async (url: string, token: string) => {
    const answer = await openRemoteStore({ url, authToken: token, clock });
    if (answer.ok) throw new Error("the store opened");
    expect(JSON.stringify(answer.error)).not.toContain(token);
    return [answer.error.code, answer.error.facts.reason];
  };
  const unavailable = (reason: RegExp) => ["store_unavailable", expect.stringMatching(reason)];
  try {
    expect(await refusalOf(server.url, "the-wrong-token")).toEqual(unavailable(/answered with HTTP status 401$/));
    expect(await refusalOf(server.url.replace("http:", "ws:"), authToken)).toEqual(unavailable(/^wanted an http:/));
    expect(await refusalOf("no address at all", authToken)).toEqual(unavailable(/^wanted an http:/));
  } finally {
    await server.close();
  }
  expect(await refusalOf(server.url, authToken)).toEqual(unavailable(/did not answer$/));
  file.remove();
});
