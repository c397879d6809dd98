// The page at `/`: packed once, for everybody who takes gzip, which every browser does.

import { webGzip } from "./gzip.ts";

/** The rest of its policy stands in the document, beside what it allows. */
const pageHeaders = {
  "Content-Type": "text/html; charset=UTF-8",
  "Content-Security-Policy": "frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
  Vary: "Accept-Encoding",
};

export function createPageAnswer(page: () => Promise<string>): (request: Request) => Promise<Response> {
  let packed: Promise<Uint8Array> | undefined;
  return async (request) => {
    if (!takesGzip(request)) return new Response(await page(), { headers: pageHeaders });
    packed ??= pack(page).catch((error: unknown) => {
      packed = undefined; // Who comes next may find it.
      throw error;
    });
    // Edge runtimes compress a body with Content-Encoding once more unless told that it is done.
    const init: ResponseInit & { encodeBody: "manual" } = {
      headers: { ...pageHeaders, "Content-Encoding": "gzip" },
      encodeBody: "manual",
    };
    return new Response((await packed) as Uint8Array<ArrayBuffer>, init);
  };
}

async function pack(page: () => Promise<string>): Promise<Uint8Array> {
  return webGzip.compress(new TextEncoder().encode(await page()));
}

/** RFC 9110, 12.5.3; a weight of zero means "not this one". */
function takesGzip(request: Request): boolean {
  const codings = request.headers.get("accept-encoding")?.toLowerCase().split(",") ?? [];
  return codings.some((coding) => {
    const [name = "", weight = ""] = coding.split(";");
    return name.trim() === "gzip" && !/^\s*q=0(\.0*)?\s*$/.test(weight);
  });
}
