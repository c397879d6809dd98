// Whether a circuit runs on coupled qubits as it is written. Nothing is routed yet, so qubit k of the circuit is qubit k of the device: a
// circuit that would fit after renaming its qubits is refused, and the reason names the qubits.

import { type Circuit, walkOperations } from "../model/circuit.ts";
import type { Coupling } from "../model/device.ts";
import type { Fault } from "../model/errors.ts";
import type { Requirements, Topology } from "../model/job.ts";

interface CoupledNeed {
  readonly circuit: Circuit;
  readonly requirements: Requirements;
}

const shownPairCountMax = 8; // Enough to see what is wrong; a dense circuit has hundreds.

/** What the couplings of a device of this many qubits say against it; gates on three and more qubits are its basis gates' affair. */
export function couplingFaults(need: CoupledNeed, qubitCount: number, couplingMap: readonly Coupling[]): readonly Fault[] {
  const { circuit, requirements } = need;
  const known = new Set(couplingMap.map(keyOf));
  const { used, pairs } = useOf(circuit);
  const width = Math.max(-1, ...used) + 1;
  const faults: Fault[] = [];
  // More qubits than there are, and gates on them, have their fault already.
  if (width > qubitCount && used.size <= qubitCount) {
    const wanted = `qubits below ${qubitCount}: qubit k of the circuit is qubit k of the device`;
    faults.push({ field: "circuit", wanted, found: `qubit ${width - 1}`, hint: "Use the first qubits, or a larger device." });
  }
  const foreign = pairs.filter((pair) => !known.has(keyOf(pair)));
  if (width <= qubitCount && foreign.length > 0) {
    const wanted = "gates only between coupled qubits: circuits are not routed yet";
    const hint = "Number the circuit's qubits as the device is coupled, or leave the device to the kernel.";
    faults.push({ field: "circuit", wanted, found: pairsText(foreign), hint });
  }
  const missing = missingShape(requirements.topology, Math.max(width, requirements.minQubits), qubitCount, known);
  if (missing !== undefined) {
    const hint = "Leave the shape out, ask for fewer qubits, or choose another device.";
    faults.push({ field: "requirements.topology", wanted: "a shape that its first qubits have", found: missing, hint });
  }
  return faults;
}

/** Undefined also where the device is too small for the shape, which is a fault of its own: only shapes that fit are looked at pair by pair. */
function missingShape(topology: Topology, wanted: number, qubitCount: number, known: ReadonlySet<string>): string | undefined {
  if (topology.kind === "any") return undefined;
  const count = topology.kind === "grid" ? topology.rows * topology.columns : wanted;
  if (count > qubitCount) return undefined;
  const pairs = shapePairs(topology, count);
  if (pairs === undefined) return `${topology.kind}, which is not looked for yet`;
  const foreign = pairs.filter((pair) => !known.has(keyOf(pair)));
  return foreign.length === 0 ? undefined : `${topology.kind} of ${count} qubits, without ${pairsText(foreign)}`;
}

/** The pairs of a shape over qubits 0 to count - 1; undefined for a shape that has no one numbering. */
function shapePairs(topology: Exclude<Topology, { kind: "any" }>, count: number): readonly Coupling[] | undefined {
  const range = (length: number): readonly number[] => Array.from({ length: Math.max(0, length) }, (_, index) => index);
  const line = range(count - 1).map((qubit): Coupling => [qubit, qubit + 1]);
  switch (topology.kind) {
    case "linear":
      return line;
    case "ring":
      return count < 3 ? line : [...line, [count - 1, 0]];
    case "star":
      return range(count - 1).map((leaf): Coupling => [0, leaf + 1]);
    case "all_to_all":
      return range(count).flatMap((high) => range(high).map((low): Coupling => [low, high]));
    case "grid": {
      const { columns } = topology;
      const across = range(count).filter((qubit) => qubit % columns < columns - 1);
      const down = range(count - columns);
      return [...across.map((qubit): Coupling => [qubit, qubit + 1]), ...down.map((qubit): Coupling => [qubit, qubit + columns])];
    }
    case "heavy_hex":
      return undefined;
  }
}

/** The qubits that operations touch, and the pairs that gates are between, each once. */
function useOf(circuit: Circuit): { readonly used: ReadonlySet<number>; readonly pairs: readonly Coupling[] } {
  const used = new Set<number>();
  const pairs = new Map<string, Coupling>();
  for (const operation of walkOperations(circuit.operations)) {
    if (operation.kind === "measure" || operation.kind === "reset") used.add(operation.qubit);
    if (operation.kind !== "gate") continue;
    for (const qubit of operation.qubits) used.add(qubit);
    const [first, second, ...others] = operation.qubits;
    if (first === undefined || second === undefined || others.length > 0) continue;
    const pair: Coupling = [first, second];
    pairs.set(keyOf(pair), pair);
  }
  return { used, pairs: [...pairs.values()] };
}

/** The same for both orders. */
function keyOf([first, second]: Coupling): string {
  return `${Math.min(first, second)}-${Math.max(first, second)}`;
}

function pairsText(pairs: readonly Coupling[]): string {
  const rest = pairs.length - shownPairCountMax;
  const shown = pairs.slice(0, shownPairCountMax).map(keyOf).join(", ");
  return `${shown}${rest > 0 ? ` and ${rest} more` : ""}`;
}
