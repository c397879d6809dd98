// The comments of the contract, by full name of what they describe. Generated code does not carry them where they can be read at
// run time, so they come from buf's image, which is built from proto/ without any network.

import { execFileSync } from "node:child_process";
import { fromBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

export type Comments = ReadonlyMap<string, string>;

// Field numbers of descriptor.proto: a source location names what it describes by a path of them.
const inFile = { message: 4, enum: 5, service: 6 } as const;
const inMessage = { field: 2, nested: 3, enum: 4 } as const;
const inEnum = { value: 2 } as const;
const inService = { method: 2 } as const;

export function readComments(root: string): Comments {
  const image = execFileSync("buf", ["build", "-o", "-#format=binpb"], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const comments = new Map<string, string>();
  for (const file of fromBinary(FileDescriptorSetSchema, image).file) collect(file, comments);
  return comments;
}

function collect(file: FileDescriptorProto, comments: Map<string, string>): void {
  const names = namesByPath(file);
  for (const { path, leadingComments } of file.sourceCodeInfo?.location ?? []) {
    const name = names.get(path.join("."));
    if (name !== undefined && leadingComments !== "") comments.set(name, unwrapLines(leadingComments));
  }
}

function namesByPath(file: FileDescriptorProto): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [index, message] of file.messageType.entries()) nameMessage(message, [inFile.message, index], file.package, names);
  for (const [index, desc] of file.enumType.entries()) nameEnum(desc, [inFile.enum, index], file.package, names);
  for (const [index, service] of file.service.entries()) {
    const name = `${file.package}.${service.name}`;
    const path = [inFile.service, index];
    names.set(path.join("."), name);
    nameParts(service.method, [...path, inService.method], name, names);
  }
  return names;
}

function nameMessage(message: DescriptorProto, path: readonly number[], parent: string, names: Map<string, string>): void {
  const name = `${parent}.${message.name}`;
  names.set(path.join("."), name);
  nameParts(message.field, [...path, inMessage.field], name, names);
  for (const [index, nested] of message.nestedType.entries())
    nameMessage(nested, [...path, inMessage.nested, index], name, names);
  for (const [index, desc] of message.enumType.entries()) nameEnum(desc, [...path, inMessage.enum, index], name, names);
}

/** Enum values are named below their enum here, so that two enums may share a word. */
function nameEnum(desc: EnumDescriptorProto, path: readonly number[], parent: string, names: Map<string, string>): void {
  const name = `${parent}.${desc.name}`;
  names.set(path.join("."), name);
  nameParts(desc.value, [...path, inEnum.value], name, names);
}

function nameParts(
  parts: readonly { name: string }[],
  path: readonly number[],
  parent: string,
  names: Map<string, string>,
): void {
  for (const [index, part] of parts.entries()) names.set([...path, index].join("."), `${parent}.${part.name}`);
}

function unwrapLines(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.trim())
    .join(" ")
    .trim();
}
