// Reads a request's body, never more than limits.requestBytesMax of it, and makes a message of it. Every method of the contract
// takes exactly one message, so this is all the reading there is, for every door.

import { create, type DescMessage, fromBinary, type JsonValue } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { limits } from "../../base/limits.ts";
import { refuse } from "../errors.ts";
import { gunzip, InflatedTooLargeError, joinBytes } from "../gzip.ts";
import { type Decoded, decodeJson } from "./json.ts";

/** How the bytes of a body hold the message. */
export interface BodyFormat {
  readonly encoding: "json" | "binary";
  /** The five-byte frames of gRPC, gRPC-Web and Connect streams. */
  readonly enveloped: boolean;
  /** Content coding of the body, or of frames that are flagged: "identity", "gzip", or one that we do not know. */
  readonly compression: string;
}

export interface RawBody {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly contentLength: string | null;
}

const envelopeBytes = 5;

/** Throws the refusal of a body that is too large, cut off, wrongly packed or unreadable. */
export async function readMessage(desc: DescMessage, body: RawBody, format: BodyFormat): Promise<Decoded> {
  const data = await readData(body, format);
  if (format.encoding === "binary") return decodeBinary(desc, data);
  return decodeJson(desc, parseJson(data));
}

/** A plain JSON body, not yet read as a message; an empty one is an empty object. */
export async function readJson(body: RawBody, compression: string): Promise<JsonValue> {
  return parseJson(await readData(body, { encoding: "json", enveloped: false, compression }));
}

async function readData(body: RawBody, format: BodyFormat): Promise<Uint8Array> {
  if (format.compression !== "identity" && format.compression !== "gzip") {
    refuse("unsupported_media_type", { facts: { wanted: "identity, gzip", encoding: format.compression } });
  }
  const bytesMax = limits.requestBytesMax + (format.enveloped ? envelopeBytes : 0);
  const bytes = await readBounded(body, bytesMax);
  const packed = format.enveloped ? unwrapEnvelope(bytes) : { data: bytes, compressed: format.compression === "gzip" };
  return packed.compressed ? await inflate(packed.data, format) : packed.data;
}

async function readBounded(body: RawBody, bytesMax: number): Promise<Uint8Array> {
  const promised = body.contentLength === null ? undefined : Number(body.contentLength);
  if (promised !== undefined && promised > limits.drainRequestBytesMax) refuseSize(promised);
  const chunks: Uint8Array[] = [];
  let size = 0;
  let tooLarge = promised !== undefined && promised > bytesMax;
  try {
    for await (const chunk of body.bytes) {
      size += chunk.byteLength;
      tooLarge ||= size > bytesMax;
      // What is too large is read away, not kept: a sender that is cut off while it writes never sees the answer.
      if (!tooLarge) chunks.push(chunk);
      else if (chunks.length > 0) chunks.length = 0;
      if (size > limits.drainRequestBytesMax) break;
    }
  } catch (error) {
    // Some runtimes end the body of a client that vanished in an error of their own, without a name to know it by.
    if (error instanceof ConnectError) throw error;
    refuseCutOff(promised, size);
  }
  if (tooLarge) refuseSize(promised);
  if (promised !== undefined && size !== promised) refuseCutOff(promised, size);
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : joinBytes(chunks, size);
}

function refuseSize(actual: number | undefined): never {
  const found = actual === undefined ? `more than ${limits.requestBytesMax}` : actual;
  refuse("request_too_large", { facts: { wanted_bytes: `at most ${limits.requestBytesMax}`, actual_bytes: found } });
}

function refuseCutOff(wantedBytes: number | undefined, actual: number): never {
  const hint = "The stream was cut off, or its length was announced wrongly. Send the whole request again.";
  const wanted = wantedBytes === undefined ? "a whole body" : `${wantedBytes} bytes`;
  refuse("invalid_request", { faults: [{ field: "", wanted, found: `${actual} bytes`, hint }] });
}

function unwrapEnvelope(bytes: Uint8Array): { data: Uint8Array; compressed: boolean } {
  if (bytes.byteLength < envelopeBytes) refuseCutOff(envelopeBytes, bytes.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = view.getUint32(1);
  if (wanted > limits.requestBytesMax) refuseSize(wanted);
  const actual = bytes.byteLength - envelopeBytes;
  if (actual < wanted) refuseCutOff(wanted, actual);
  if (actual > wanted) {
    const fault = {
      field: "",
      wanted: "one message",
      found: `${actual - wanted} bytes after it`,
      hint: "Every method takes one message.",
    };
    refuse("invalid_request", { faults: [fault] });
  }
  return { data: bytes.subarray(envelopeBytes), compressed: (view.getUint8(0) & 1) === 1 };
}

async function inflate(bytes: Uint8Array, { compression }: BodyFormat): Promise<Uint8Array> {
  try {
    if (compression === "gzip") return bytes.byteLength === 0 ? bytes : await gunzip(bytes, limits.requestBytesMax);
  } catch (error) {
    if (error instanceof InflatedTooLargeError) refuseSize(undefined);
  }
  const hint = "Send the message uncompressed, or packed by the compression that its header names.";
  refuse("invalid_request", { faults: [{ field: "", wanted: "a gzip stream", found: "bytes that cannot be unpacked", hint }] });
}

function decodeBinary(desc: DescMessage, bytes: Uint8Array): Decoded {
  try {
    return { message: bytes.byteLength === 0 ? create(desc) : fromBinary(desc, bytes), faults: [] };
  } catch (error) {
    const found = `${bytes.byteLength} bytes that are none (${error instanceof Error ? error.message : "unreadable"})`;
    const hint = "Send the message that the contract names, whole.";
    refuse("invalid_request", { faults: [{ field: "", wanted: `a ${desc.typeName} in protobuf's binary format`, found, hint }] });
  }
}

function parseJson(bytes: Uint8Array): JsonValue {
  if (bytes.byteLength === 0) return {};
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    refuse("invalid_request", {
      faults: [{ field: "", wanted: "UTF-8 text", found: "bytes that are not", hint: "Send JSON as UTF-8." }],
    });
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const found = error instanceof Error ? error.message : "text that is not JSON";
    refuse("invalid_request", {
      faults: [{ field: "", wanted: "JSON", found, hint: "Check quotes, commas and that the body is whole." }],
    });
  }
}
