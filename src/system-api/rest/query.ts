// Query parameters as the JSON of a message: dots go into messages and maps, repeating a name fills a list.

import { type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import { limits } from "../../base/limits.ts";
import type { Fault } from "../../model/errors.ts";

type Draft = { [name: string]: JsonValue };

/** Unknown names stay in the JSON: its decoder tells them with the rest. */
export function queryToJson(desc: DescMessage, query: URLSearchParams, faults: Fault[]): JsonObject {
  const json: Draft = {};
  for (const [name, text] of query) {
    if (faults.length >= limits.faultCountMax) break;
    place(json, desc, name.split("."), name, text, faults);
  }
  return json;
}

function place(json: Draft, desc: DescMessage, path: readonly string[], name: string, text: string, faults: Fault[]): void {
  const [head = "", ...rest] = path;
  const field = desc.fields.find((candidate) => candidate.name === head || candidate.jsonName === head);
  if (field === undefined) {
    json[head] = text;
    return;
  }
  if (field.fieldKind === "map" && rest.length > 0) {
    const key = rest.join(".");
    const map = draftIn(json, field.name);
    if (Object.hasOwn(map, key)) faults.push(twice(name));
    map[key] = leaf(field, text);
  } else if (field.fieldKind === "list") {
    const list = json[field.name];
    json[field.name] = [...(Array.isArray(list) ? list : []), leaf(field, text)];
  } else if (field.fieldKind === "message" && rest.length > 0) {
    place(draftIn(json, field.name), field.message, rest, name, text, faults);
  } else if (rest.length > 0) {
    faults.push({
      field: name,
      wanted: `nothing below ${field.name}`,
      found: JSON.stringify(name),
      hint: `Send ${field.name} itself.`,
    });
  } else {
    if (Object.hasOwn(json, field.name)) faults.push(twice(name));
    json[field.name] = leaf(field, text);
  }
}

function draftIn(json: Draft, name: string): Draft {
  const found = json[name];
  if (typeof found === "object" && found !== null && !Array.isArray(found)) return found as Draft;
  const draft: Draft = {};
  json[name] = draft;
  return draft;
}

/** Numbers and times are read from text by the decoder; what JSON does not write as text is turned here. */
function leaf(field: DescField, text: string): JsonValue {
  if (field.enum !== undefined && /^\d+$/.test(text)) return Number(text);
  if (field.scalar === ScalarType.BOOL && (text === "true" || text === "false")) return text === "true";
  return text;
}

function twice(name: string): Fault {
  return { field: name, wanted: "the parameter once", found: "it twice", hint: "Only lists may be repeated." };
}
