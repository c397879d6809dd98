// gzip by the web's own streams, so that it works on every runtime; connect has no compression of its own outside Node.

import { Code, ConnectError } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";

/** Thrown when the unpacked bytes would exceed the bound; nothing beyond it was unpacked. */
export class InflatedTooLargeError extends Error {
  override readonly name = "InflatedTooLargeError";
}

export async function gunzip(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = through(bytes, new DecompressionStream("gzip")).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.byteLength;
    if (size > bytesMax) {
      await reader.cancel().catch(() => {});
      throw new InflatedTooLargeError();
    }
    chunks.push(read.value);
  }
  return joinBytes(chunks, size);
}

export const webGzip: Compression = {
  name: "gzip",
  async compress(bytes) {
    return new Uint8Array(await new Response(through(bytes, new CompressionStream("gzip"))).arrayBuffer());
  },
  async decompress(bytes, readMaxBytes) {
    if (bytes.byteLength === 0) return new Uint8Array(0);
    return gunzip(bytes, readMaxBytes).catch((cause: unknown) => {
      throw new ConnectError("the compressed message cannot be read", Code.InvalidArgument, undefined, undefined, cause);
    });
  },
};

export function joinBytes(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}

function through(bytes: Uint8Array, transform: CompressionStream | DecompressionStream): ReadableStream<Uint8Array> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes));
      controller.close();
    },
  });
  return source.pipeThrough(transform as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>);
}
