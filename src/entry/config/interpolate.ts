// Secrets stay out of configuration files: any text may hold ${env:NAME} or ${file:PATH} instead. What came in that way is
// marked, and is shown nowhere.

import { limits } from "../../base/limits.ts";
import type { Fault } from "../../model/errors.ts";
import type { Plain, PlainMap } from "./document.ts";
import { printable } from "./printable.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
/** Reads a UTF-8 file; rejects when it cannot. Handed in, because reading files belongs to the runtime. */
export type ReadText = (path: string) => Promise<string>;

export interface Interpolated {
  readonly value: Plain;
  /** Paths of the texts that hold something from outside the file. */
  readonly secretPaths: ReadonlySet<string>;
  readonly faults: readonly Fault[];
}

interface Sources {
  readonly env: Environment;
  readonly readText: ReadText;
}

// $${ stands for a plain ${.
const reference = /\$\$\{|\$\{([^}]*)\}/g;

export async function interpolate(value: Plain, { env, readText }: Sources): Promise<Interpolated> {
  const secretPaths = new Set<string>();
  const faults: Fault[] = [];

  async function visit(node: Plain, path: string): Promise<Plain> {
    if (typeof node === "string") return node.includes("${") ? fill(node, path) : node;
    if (Array.isArray(node)) {
      const items: Plain[] = [];
      for (const [index, item] of node.entries()) items.push(await visit(item, `${path}[${index}]`));
      return items;
    }
    if (node === null || typeof node !== "object") return node;
    const map: PlainMap = Object.create(null);
    for (const [key, child] of Object.entries(node)) map[key] = await visit(child, path === "" ? key : `${path}.${key}`);
    return map;
  }

  async function fill(text: string, path: string): Promise<string> {
    let filled = "";
    let end = 0;
    for (const match of text.matchAll(reference)) {
      filled += text.slice(end, match.index);
      end = match.index + match[0].length;
      if (match[1] === undefined) {
        filled += "${";
        continue;
      }
      secretPaths.add(path);
      const found = await lookUp(match[1], { env, readText });
      if (typeof found === "string") filled += found;
      else faults.push({ field: path, ...found });
    }
    return filled + text.slice(end);
  }

  return { value: await visit(value, ""), secretPaths, faults };
}

async function lookUp(source: string, { env, readText }: Sources): Promise<string | Omit<Fault, "field">> {
  const [, kind, name] = /^(env|file):(.+)$/.exec(source) ?? [];
  if (kind === "env" && name !== undefined) {
    const value = env[name];
    return (
      value ?? {
        wanted: `the environment variable ${printable(name)}`,
        found: "not set",
        hint: "Set it before the kernel starts.",
      }
    );
  }
  if (kind === "file" && name !== undefined) return readSecret(name, readText);
  const hint = "Write $${ for a dollar sign and a brace that mean nothing.";
  return { wanted: `\${env:NAME} or \${file:PATH}`, found: `\${${printable(source)}}`, hint };
}

async function readSecret(path: string, readText: ReadText): Promise<string | Omit<Fault, "field">> {
  const wanted = `a text file at ${printable(path)} of at most ${limits.secretBytesMax} characters`;
  const hint = "Check the path and who may read it.";
  try {
    const text = await readText(path);
    // Editors end a file with a newline that is no part of the secret.
    return text.length > limits.secretBytesMax ? { wanted, found: `${text.length}`, hint } : text.replace(/\r?\n$/, "");
  } catch {
    return { wanted, found: "nothing that can be read", hint };
  }
}
