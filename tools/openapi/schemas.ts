// JSON Schemas of the contract's messages as protobuf's JSON writes them, with the field rules that the kernel checks.

import { type DescEnum, type DescField, type DescMessage, type DescOneof, getOption, ScalarType } from "@bufbuild/protobuf";
import { oneof_required } from "../../src/gen/eigen/options_pb.ts";
import { rulesOf } from "../../src/system-api/index.ts";
import type { Comments } from "./comments.ts";

export type Json = { [key: string]: unknown };

export interface SchemaBook {
  /** A reference to a message's schema; the schema itself joins `schemas`. */
  message(desc: DescMessage): Json;
  /** A field's schema, its comment as the description. */
  field(field: DescField): Json;
  readonly schemas: ReadonlyMap<string, Json>;
}

export function createSchemaBook(comments: Comments): SchemaBook {
  const schemas = new Map<string, Json>();
  const book: SchemaBook = { message, field, schemas };
  return book;

  function message(desc: DescMessage): Json {
    const known = wellKnown[desc.typeName];
    if (known !== undefined) return { ...known };
    const name = shortName(desc.typeName);
    if (!schemas.has(name)) {
      // Before its fields: a message may hold itself.
      schemas.set(name, {});
      schemas.set(name, describeMessage(desc));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function describeMessage(desc: DescMessage): Json {
    const required = desc.fields.filter((one) => rulesOf(one)?.required === true).map((one) => one.jsonName);
    const choices = desc.oneofs.filter((oneof) => getOption(oneof, oneof_required));
    return {
      type: "object",
      ...described(comments.get(desc.typeName)),
      properties: Object.fromEntries(desc.fields.map((one) => [one.jsonName, field(one)])),
      ...(required.length === 0 ? {} : { required }),
      ...(choices[0] === undefined ? {} : { oneOf: choices[0].fields.map((one) => ({ required: [one.jsonName] })) }),
      additionalProperties: false,
    };
  }

  function enumeration(desc: DescEnum): Json {
    const name = shortName(desc.typeName);
    if (!schemas.has(name)) {
      const lines = desc.values.map((value) => `- \`${value.name}\`: ${comments.get(`${desc.typeName}.${value.name}`) ?? ""}`);
      const description = [comments.get(desc.typeName) ?? "", ...lines].join("\n");
      schemas.set(name, { type: "string", description, enum: desc.values.map((value) => value.name) });
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function field(one: DescField): Json {
    const rules = rulesOf(one);
    const description = [comments.get(`${one.parent.typeName}.${one.name}`), oneofNote(one.oneof), rules?.hint]
      .filter((text) => text !== undefined && text !== "")
      .join(" ");
    const about = described(description);
    if (one.fieldKind === "list") {
      const size = rules?.maxItems === undefined ? {} : { maxItems: rules.maxItems };
      return { type: "array", ...about, ...size, ...(rules?.required === true ? { minItems: 1 } : {}), items: value(one) };
    }
    if (one.fieldKind === "map") {
      const keys = one.mapKey === ScalarType.STRING ? { propertyNames: textRules(one) } : {};
      const size = rules?.maxItems === undefined ? {} : { maxProperties: rules.maxItems };
      return { type: "object", ...about, ...size, ...keys, additionalProperties: value(one) };
    }
    return { ...value(one), ...about };
  }

  function value(one: DescField): Json {
    if (one.message !== undefined) return message(one.message);
    if (one.enum !== undefined) return enumeration(one.enum);
    return { ...scalars[one.scalar ?? ScalarType.STRING], ...valueRules(one) };
  }
}

function valueRules(field: DescField): Json {
  const rules = rulesOf(field);
  if (field.scalar === ScalarType.STRING) {
    return field.fieldKind === "map" ? { ...textRules(field), pattern: undefined } : textRules(field);
  }
  return {
    ...(rules?.min === undefined ? {} : { minimum: rules.min }),
    ...(rules?.max === undefined ? {} : { maximum: rules.max }),
    ...(rules === undefined || rules.unit === "" ? {} : { "x-unit": rules.unit }),
  };
}

function textRules(field: DescField): Json {
  const rules = rulesOf(field);
  return {
    ...(rules?.maxLength === undefined ? {} : { maxLength: rules.maxLength }),
    ...(rules === undefined || rules.pattern === "" ? {} : { pattern: `^(?:${rules.pattern})$` }),
    ...(rules?.required === true && field.fieldKind === "scalar" ? { minLength: 1 } : {}),
  };
}

function oneofNote(oneof: DescOneof | undefined): string | undefined {
  if (oneof === undefined) return undefined;
  return `At most one of ${oneof.fields.map((field) => `\`${field.jsonName}\``).join(", ")}.`;
}

function described(description: string | undefined): Json {
  return description === undefined || description === "" ? {} : { description };
}

function shortName(typeName: string): string {
  return typeName.replace(/^eigen\.kernel\.v1\./, "");
}

const wellKnown: Readonly<Record<string, Json>> = {
  "google.protobuf.Timestamp": { type: "string", format: "date-time", examples: ["2026-01-31T12:00:00Z"] },
  "google.protobuf.Duration": { type: "string", pattern: "^-?\\d+(\\.\\d{1,9})?s$", examples: ["1.5s"] },
  "google.protobuf.Empty": { type: "object", additionalProperties: false },
};

/** 64-bit integers are strings: JSON's numbers cannot hold them. */
const scalars: Readonly<Partial<Record<ScalarType, Json>>> = {
  [ScalarType.DOUBLE]: { type: "number", format: "double" },
  [ScalarType.FLOAT]: { type: "number", format: "float" },
  [ScalarType.INT32]: { type: "integer", format: "int32" },
  [ScalarType.UINT32]: { type: "integer", format: "int64", minimum: 0, maximum: 4_294_967_295 },
  [ScalarType.INT64]: { type: "string", format: "int64", pattern: "^-?\\d+$" },
  [ScalarType.UINT64]: { type: "string", format: "uint64", pattern: "^\\d+$" },
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BYTES]: { type: "string", contentEncoding: "base64" },
};
