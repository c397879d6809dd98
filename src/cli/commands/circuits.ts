// `eigen circuits`: what can be done with a file without a kernel.

import { drawCircuit } from "../../client/index.ts";
import { bindParameters } from "../../compiler/index.ts";
import type { Circuit } from "../../model/circuit.ts";
import { describeFault } from "../../model/errors.ts";
import type { Precision } from "../../model/simulation.ts";
import { parseQasm } from "../../qasm/index.ts";
import { drawCircuitPlan } from "../../simulator/index.ts";
import { exitCodes } from "../exit-codes.ts";
import { type OutputFormat, paint, printJson } from "../output.ts";
import type { World } from "../world.ts";
import { readInput } from "./read-input.ts";

/** Every fault of every file, each with the line and a caret below the place. */
export async function checkCircuits(world: World, files: readonly string[], format: OutputFormat): Promise<number> {
  const reports: object[] = [];
  let code: number = exitCodes.ok.code;
  for (const file of files) {
    const text = await readInput(world, file);
    if (text === undefined) {
      code = Math.max(code, exitCodes.notFound.code);
      continue;
    }
    const parsed = parseQasm(text, { source: file });
    if (!parsed.ok) code = Math.max(code, exitCodes.refused.code);
    if (format === "json") {
      reports.push(parsed.ok ? { file, ok: true, ...sizeOf(parsed.value) } : { file, ok: false, faults: parsed.error });
    } else if (parsed.ok) {
      world.stdout.write(`${file}: ${paint(world, world.stdout, "green", "ok")}, ${sizeText(parsed.value)}\n`);
    } else {
      const count = parsed.error.length === 1 ? "1 fault" : `${parsed.error.length} faults`;
      world.stdout.write(`${file}: ${paint(world, world.stdout, "red", count)}\n${parsed.error.map(describeFault).join("\n")}\n`);
    }
  }
  if (format === "json") printJson(world, reports);
  return code;
}

export interface DrawOptions {
  readonly ascii?: boolean;
  readonly width?: number;
}

export async function drawFile(world: World, file: string, { ascii = false, width }: DrawOptions): Promise<number> {
  const text = await readInput(world, file);
  if (text === undefined) return exitCodes.notFound.code;
  const parsed = parseQasm(text, { source: file });
  if (!parsed.ok) {
    world.stderr.write(`${parsed.error.map(describeFault).join("\n")}\n`);
    return exitCodes.refused.code;
  }
  world.stdout.write(drawCircuit(parsed.value, { ascii, width: width ?? world.columns }));
  return exitCodes.ok.code;
}

export interface PlanOptions {
  readonly precision?: Precision;
}

/** What the state-vector simulator would do; a dynamic circuit's gates up to its first measurement, reset or branch. */
export async function planFile(world: World, file: string, { precision = "double" }: PlanOptions): Promise<number> {
  const text = await readInput(world, file);
  if (text === undefined) return exitCodes.notFound.code;
  const parsed = parseQasm(text, { source: file });
  if (!parsed.ok) {
    world.stderr.write(`${parsed.error.map(describeFault).join("\n")}\n`);
    return exitCodes.refused.code;
  }
  const { parameters } = parsed.value;
  if (parameters.length > 0) {
    world.stderr.write(`Planned with ${parameters.join(", ")} = 1: other values may need fewer or more steps.\n`);
  }
  const bound = bindParameters(parsed.value, Object.fromEntries(parameters.map((name) => [name, 1])));
  if (!bound.ok) {
    world.stderr.write(`${bound.error.map(describeFault).join("\n")}\n`);
    return exitCodes.refused.code;
  }
  world.stdout.write(drawCircuitPlan(bound.value, precision));
  return exitCodes.ok.code;
}

function sizeOf({ qubitCount, bitCount, operations, parameters }: Circuit) {
  return { qubitCount, bitCount, operationCount: operations.length, parameters };
}

function sizeText(circuit: Circuit): string {
  const { qubitCount, bitCount, operationCount, parameters } = sizeOf(circuit);
  const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
  const inputs = parameters.length === 0 ? "" : `, parameters ${parameters.join(" ")}`;
  return `${plural(qubitCount, "qubit")}, ${plural(bitCount, "bit")}, ${plural(operationCount, "operation")}${inputs}`;
}
