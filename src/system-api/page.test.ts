import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createPageAnswer } from "./page.ts";

const html = "<!doctype html><title>é</title>";

function ask(answer: (request: Request) => Promise<Response>, acceptEncoding: string): Promise<Response> {
  return answer(new Request("http://localhost/", { headers: { "Accept-Encoding": acceptEncoding } }));
}

test.each([
  ["gzip, deflate, br, zstd", true],
  ["br;q=1.0, GZIP;q=0.5", true],
  ["gzip;q=0, br", false],
  ["br", false],
  ["", false],
])("who asks with `Accept-Encoding: %s` is sent gzip: %s", async (acceptEncoding, isPacked) => {
  const answer = await ask(
    createPageAnswer(async () => html),
    acceptEncoding,
  );
  const bytes = new Uint8Array(await answer.arrayBuffer());
  expect(answer.headers.get("content-encoding")).toBe(isPacked ? "gzip" : null);
  expect(new TextDecoder().decode(isPacked ? gunzipSync(bytes) : bytes)).toBe(html);
  expect(answer.headers.get("vary")).toBe("Accept-Encoding");
});

test("the page is packed once, and a page that could not be read is read again", async () => {
  let readCount = 0;
  const answer = createPageAnswer(async () => {
    if (++readCount === 1) throw new Error("the disk is slow");
    return html;
  });
  await expect(ask(answer, "gzip")).rejects.toThrow("slow");
  for (let count = 0; count < 3; count++) expect((await ask(answer, "gzip")).status).toBe(200);
  expect(readCount).toBe(2);
});
