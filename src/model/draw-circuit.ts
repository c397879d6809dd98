// Circuits as diagrams in text, after the fashion of Qiskit: q[0] is the top wire, time runs to the right, each classical register is one
// double line, and what does not fit the width goes on below. A pure function of the circuit.

import { limits } from "../base/limits.ts";
import type { Circuit, Condition, Operation, Register } from "./circuit.ts";
import { walkOperations } from "./circuit.ts";
import { drawAngle } from "./draw-angle.ts";
import { Canvas, doubled } from "./draw-canvas.ts";
import { gates } from "./gates.ts";

export interface CircuitDrawingOptions {
  /** Columns of the terminal; longer diagrams are folded. */
  readonly width?: number;
  /** Only characters of ASCII. */
  readonly ascii?: boolean;
}

/** What stands in one column of the diagram. Lanes: first the qubits, then the classical registers. */
interface Item {
  readonly lanes: readonly [first: number, last: number];
  readonly width: number;
  draw(canvas: Canvas, left: number): void;
}

interface Frame {
  readonly circuit: Circuit;
  /** Those with bits: others have no line. */
  readonly registers: readonly Register[];
  readonly ascii: boolean;
}

const labelLengthMax = 40;

export function drawCircuit(circuit: Circuit, { width = 100, ascii = false }: CircuitDrawingOptions = {}): string {
  if (circuit.qubitCount > limits.drawnQubitCountMax) return `${describeSize(circuit)}\n`;
  const frame: Frame = { circuit, registers: circuit.bitRegisters.filter(({ size }) => size > 0), ascii };
  const budget = { left: limits.drawnOperationCountMax };
  const items = toItems(circuit.operations, frame, budget);
  const columns = toColumns(items, frame);
  const lines = [...headLines(circuit, ascii), ...foldColumns(columns, frame, width)];
  const drawnCount = limits.drawnOperationCountMax - budget.left;
  const restCount = [...walkOperations(circuit.operations)].length - drawnCount;
  if (restCount > 0) lines.push(`${ascii ? "..." : "…"} ${restCount} more operations`);
  return `${lines.join("\n")}\n`;
}

/** What can be told of a circuit that is too wide to draw. */
function describeSize({ qubitCount, bitCount, operations }: Circuit): string {
  const countByName = new Map<string, number>();
  for (const operation of walkOperations(operations)) {
    const name = operation.kind === "gate" ? operation.gate : operation.kind;
    countByName.set(name, (countByName.get(name) ?? 0) + 1);
  }
  const names = [...countByName].sort(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`);
  const shape = `${qubitCount} qubits, ${bitCount} bits`;
  return `Not drawn: ${shape}, at most ${limits.drawnQubitCountMax} qubits are. Operations: ${names.join(", ") || "none"}.`;
}

function headLines({ globalPhase }: Circuit, ascii: boolean): readonly string[] {
  return globalPhase === 0 ? [] : [`global phase: ${angleText(globalPhase, ascii)}`];
}

// Operations to items --------------------------------------------------------------------------------------------------

function toItems(operations: readonly Operation[], frame: Frame, budget: { left: number }): readonly Item[] {
  const items: Item[] = [];
  for (const operation of operations) {
    if (budget.left <= 0) break;
    budget.left--;
    switch (operation.kind) {
      case "gate":
        items.push(gateItem(operation, frame));
        break;
      case "measure":
        items.push(measureItem(operation, frame));
        break;
      case "reset":
        items.push(boxItem([operation.qubit], frame.ascii ? "|0>" : "|0⟩"));
        break;
      case "delay":
        for (const qubit of operation.qubits) items.push(boxItem([qubit], `Delay ${operation.durationNs}ns`));
        break;
      case "barrier":
        if (operation.qubits.length > 0) items.push(barrierItem(operation.qubits, frame));
        break;
      case "if":
        items.push(...ifItems(operation, frame, budget));
    }
  }
  return items;
}

const rowOf = (qubit: number): number => 2 * qubit + 1;

function gateItem({ gate, qubits, angles }: Extract<Operation, { kind: "gate" }>, frame: Frame): Item {
  const { controlCount, label } = gates[gate];
  const isSwap = gate === "swap" || gate === "cswap";
  const shown = frame.ascii ? asciiLabel(label) : label;
  const text = angles.length === 0 ? shown : `${shown}(${angles.map((angle) => angleText(angle, frame.ascii)).join(",")})`;
  if (isSwap) return crossesItem(qubits.slice(0, controlCount), qubits.slice(controlCount), frame);
  if (controlCount === 0) return boxItem(qubits, text);
  return controlledItem(qubits.slice(0, controlCount), qubits[controlCount] ?? 0, text, frame);
}

function crossesItem(controls: readonly number[], targets: readonly number[], { ascii }: Frame): Item {
  const [first, last] = extremes([...controls, ...targets]);
  return {
    lanes: [first, last],
    width: 1,
    draw(canvas, left) {
      canvas.drawLine(left, rowOf(first), rowOf(last), 1);
      for (const control of controls) canvas.write(rowOf(control), left, ascii ? "*" : "●");
      for (const target of targets) canvas.write(rowOf(target), left, ascii ? "x" : "×");
    },
  };
}

function controlledItem(controls: readonly number[], target: number, text: string, { ascii }: Frame): Item {
  const [first, last] = extremes([...controls, target]);
  const width = boxWidth(text);
  return {
    lanes: [first, last],
    width,
    draw(canvas, left) {
      const middle = left + Math.floor(width / 2);
      const [top, bottom] = [rowOf(target) - 1, rowOf(target) + 1];
      if (first < target) canvas.drawLine(middle, rowOf(first), top, 1);
      if (last > target) canvas.drawLine(middle, bottom, rowOf(last), 1);
      for (const control of controls) canvas.write(rowOf(control), middle, ascii ? "*" : "●");
      canvas.drawBox(top, bottom, left, left + width - 1);
      canvas.write(rowOf(target), left + 2, clip(text));
    },
  };
}

/** A box over one qubit, or over several with each one's place in the gate beside its wire. */
function boxItem(qubits: readonly number[], text: string, { lanes = extremes(qubits), numbered = qubits.length > 1 } = {}): Item {
  const [first, last] = lanes;
  const numberWidth = numbered ? String(qubits.length - 1).length + 1 : 0;
  const width = boxWidth(text) + numberWidth;
  return {
    lanes,
    width,
    draw(canvas, left) {
      canvas.drawBox(rowOf(first) - 1, rowOf(last) + 1, left, left + width - 1);
      canvas.write(Math.floor((rowOf(first) + rowOf(last)) / 2), left + 2 + numberWidth, clip(text));
      if (numbered) for (const [place, qubit] of qubits.entries()) canvas.write(rowOf(qubit), left + 1, String(place));
    },
  };
}

function measureItem({ qubit, bit }: Extract<Operation, { kind: "measure" }>, frame: Frame): Item {
  const register = registerOf(bit, frame);
  const width = Math.max("┤M├".length, String(register.index).length);
  return {
    lanes: [qubit, frame.circuit.qubitCount + register.lane],
    width,
    draw(canvas, left) {
      const middle = left + 1;
      canvas.drawBox(rowOf(qubit) - 1, rowOf(qubit) + 1, left, left + 2);
      canvas.write(rowOf(qubit), middle, "M");
      const registerRow = registerRowOf(register.lane, frame);
      canvas.drawLine(middle, rowOf(qubit) + 1, registerRow, doubled);
      canvas.write(registerRow + 1, width === 3 ? middle : left, String(register.index));
    },
  };
}

function barrierItem(qubits: readonly number[], { ascii }: Frame): Item {
  const isInvolved = new Set(qubits);
  return {
    lanes: extremes(qubits),
    width: 1,
    draw(canvas, left) {
      for (const qubit of isInvolved) {
        canvas.write(rowOf(qubit), left, ascii ? "#" : "░");
        if (isInvolved.has(qubit + 1)) canvas.write(rowOf(qubit) + 1, left, ascii ? "#" : "░");
      }
    },
  };
}

/** Boxes that open and close a branch over all the wires it touches; what it does stands between them. */
function ifItems(operation: Extract<Operation, { kind: "if" }>, frame: Frame, budget: { left: number }): readonly Item[] {
  const inside = [...walkOperations([...operation.then, ...operation.otherwise])].flatMap(qubitsOf);
  const lanes = inside.length > 0 ? extremes(inside) : ([0, Math.max(0, frame.circuit.qubitCount - 1)] as const);
  const box = (text: string): Item => boxItem([], text, { lanes, numbered: false });
  const open = box(`if ${conditionText(operation.condition, frame)}`);
  const then = toItems(operation.then, frame, budget);
  const otherwise = operation.otherwise.length === 0 ? [] : [box("else"), ...toItems(operation.otherwise, frame, budget)];
  return [withCondition(open, operation.condition, frame), ...then, ...otherwise, box("end")];
}

/** Joins a box to the registers that its condition reads. */
function withCondition(item: Item, condition: Condition, frame: Frame): Item {
  const lanes = [...new Set(conditionBits(condition).map((bit) => registerOf(bit, frame).lane))];
  if (lanes.length === 0) return item;
  const lastLane = Math.max(...lanes);
  return {
    lanes: [item.lanes[0], frame.circuit.qubitCount + lastLane],
    width: item.width,
    draw(canvas, left) {
      item.draw(canvas, left);
      const middle = left + Math.floor(item.width / 2);
      canvas.drawLine(middle, rowOf(item.lanes[1]) + 1, registerRowOf(lastLane, frame), doubled);
      for (const lane of lanes) canvas.write(registerRowOf(lane, frame), middle, frame.ascii ? "*" : "●");
    },
  };
}

function qubitsOf(operation: Operation): readonly number[] {
  switch (operation.kind) {
    case "measure":
    case "reset":
      return [operation.qubit];
    case "if":
      return [];
    default:
      return operation.qubits;
  }
}

// Items to columns -----------------------------------------------------------------------------------------------------

/** Every item goes as far left as the lanes it covers are free. */
function toColumns(items: readonly Item[], frame: Frame): readonly Canvas[] {
  const free = new Array<number>(frame.circuit.qubitCount + frame.registers.length).fill(0);
  const columns: Item[][] = [];
  for (const item of items) {
    const [first, last] = item.lanes;
    const column = Math.max(...free.slice(first, last + 1));
    free.fill(column + 1, first, last + 1);
    const others = columns[column];
    if (others === undefined) columns[column] = [item];
    else others.push(item);
  }
  return columns.map((column) => drawColumn(column, frame));
}

function drawColumn(items: readonly Item[], frame: Frame): Canvas {
  const width = Math.max(...items.map((item) => item.width));
  const canvas = emptyColumn(frame, width + 1);
  for (const item of items) item.draw(canvas, 1 + Math.floor((width - item.width) / 2));
  return canvas;
}

function emptyColumn(frame: Frame, width: number): Canvas {
  const canvas = new Canvas(rowCountOf(frame), width);
  for (let qubit = 0; qubit < frame.circuit.qubitCount; qubit++) canvas.drawWire(rowOf(qubit), 1);
  for (const lane of frame.registers.keys()) canvas.drawWire(registerRowOf(lane, frame), doubled);
  return canvas;
}

/** Rows: one above, on and between the wires each; then every register with a row for the indices of its bits. */
function rowCountOf({ circuit, registers }: Frame): number {
  return 2 * circuit.qubitCount + 1 + 2 * registers.length;
}

function registerRowOf(lane: number, { circuit }: Frame): number {
  return 2 * circuit.qubitCount + 1 + 2 * lane;
}

// Columns to lines -----------------------------------------------------------------------------------------------------

function foldColumns(columns: readonly Canvas[], frame: Frame, width: number): readonly string[] {
  const labels = rowLabels(frame);
  const labelWidth = Math.max(...labels.map((label) => label.length), 0);
  const end = emptyColumn(frame, 1);
  const groups = groupColumns(columns, Math.max(1, width - labelWidth - end.width - 2));
  return groups.flatMap((group, index) => {
    const isFirst = index === 0;
    const isLast = index === groups.length - 1;
    const marks = frame.ascii ? { from: "<", to: ">" } : { from: "«", to: "»" };
    const rows = labels.map((label, row) => {
      const middle = [...group, end].map((canvas) => canvas.toRow(row, frame.ascii)).join("");
      const [from, to] = label === "" ? [" ", ""] : [marks.from, marks.to];
      return `${label.padStart(labelWidth)}${isFirst ? "" : from}${middle}${isLast ? "" : to}`.trimEnd();
    });
    return [...(isFirst ? [] : [""]), ...rows.filter((row) => row !== "")];
  });
}

function groupColumns(columns: readonly Canvas[], width: number): readonly (readonly Canvas[])[] {
  const groups: Canvas[][] = [[]];
  let used = 0;
  for (const column of columns) {
    if (used > 0 && used + column.width > width) {
      groups.push([]);
      used = 0;
    }
    groups.at(-1)?.push(column);
    used += column.width;
  }
  return groups;
}

/** labels[row]: the name of the wire in this row; empty between wires. */
function rowLabels(frame: Frame): readonly string[] {
  const labels = new Array<string>(rowCountOf(frame)).fill("");
  const names = elementNames(frame.circuit.qubitRegisters);
  for (let qubit = 0; qubit < frame.circuit.qubitCount; qubit++) labels[rowOf(qubit)] = `${names.get(qubit) ?? `$${qubit}`}: `;
  for (const [lane, { name, size }] of frame.registers.entries()) labels[registerRowOf(lane, frame)] = `${name}: ${size}/`;
  return labels;
}

// Texts ----------------------------------------------------------------------------------------------------------------

function registerOf(bit: number, { registers }: Frame): { lane: number; index: number; name: string } {
  const lane = registers.findIndex(({ offset, size }) => bit >= offset && bit < offset + size);
  const register = registers[lane];
  return { lane: Math.max(0, lane), index: bit - (register?.offset ?? 0), name: register?.name ?? "?" };
}

function elementNames(registers: readonly Register[]): ReadonlyMap<number, string> {
  const elements = registers.flatMap(({ name, size, offset }) =>
    Array.from({ length: size }, (_, index): [number, string] => [offset + index, `${name}[${index}]`]),
  );
  return new Map(elements);
}

function conditionBits(condition: Condition): readonly number[] {
  switch (condition.kind) {
    case "bit":
      return [condition.bit];
    case "register":
      return condition.bits;
    case "not":
      return conditionBits(condition.operand);
    default:
      return [...conditionBits(condition.left), ...conditionBits(condition.right)];
  }
}

function conditionText(condition: Condition, frame: Frame): string {
  switch (condition.kind) {
    case "bit": {
      const { name, index } = registerOf(condition.bit, frame);
      return `${name}[${index}] == ${condition.value}`;
    }
    case "register":
      return `${bitsText(condition.bits, frame)} ${condition.comparison} ${condition.value}`;
    case "not":
      return `!(${conditionText(condition.operand, frame)})`;
    default: {
      const [left, right] = [conditionText(condition.left, frame), conditionText(condition.right, frame)];
      return `(${left}) ${condition.kind === "and" ? "&&" : "||"} (${right})`;
    }
  }
}

function bitsText(bits: readonly number[], frame: Frame): string {
  const whole = frame.registers.find(
    ({ offset, size }) => bits.length === size && bits.every((bit, index) => bit === offset + index),
  );
  if (whole !== undefined) return whole.name;
  const names = bits.map((bit) => registerOf(bit, frame)).map(({ name, index }) => `${name}[${index}]`);
  return `{${names.join(", ")}}`;
}

function angleText(angle: Parameters<typeof drawAngle>[0], ascii: boolean): string {
  return drawAngle(angle, { pi: ascii ? "pi" : "π" });
}

function asciiLabel(label: string): string {
  return label.replace("√", "sqrt").replace("†", "dg");
}

function boxWidth(text: string): number {
  return [...clip(text)].length + 4;
}

function clip(text: string): string {
  const letters = [...text];
  return letters.length <= labelLengthMax ? text : `${letters.slice(0, labelLengthMax - 2).join("")}..`;
}

function extremes(lanes: readonly number[]): readonly [number, number] {
  return [Math.min(...lanes), Math.max(...lanes)];
}
