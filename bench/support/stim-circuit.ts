// Reads the part of Stim's circuit language that surface and repetition code memory circuits use, into a program of the stabilizer engine.
// Language: Gidney 2021, "Stim", arXiv:2103.02202, and doc/file_format_stim_circuit.md of its repository. Anything else is refused with its line.

import type { StabilizerOperation, StabilizerProgram } from "../../src/simulator/stabilizer/index.ts";

export interface StimCircuit {
  /** Bits: the measurements in order, then the detectors, then the observables. */
  readonly program: StabilizerProgram;
  readonly measurementCount: number;
  readonly detectorCount: number;
  readonly observableCount: number;
}

/** `isNoisy: false` leaves every error out. */
export function parseStimCircuit(text: string, { isNoisy = true }: { readonly isNoisy?: boolean } = {}): StimCircuit {
  const builder = createBuilder(isNoisy);
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim());
  runLines(lines, 0, builder.add);
  return builder.finish();
}

interface Instruction {
  readonly name: string;
  readonly argument: number;
  readonly targets: readonly string[];
  readonly line: number;
}

/** Up to the end, or the brace that closes the block; returns the line after it. A block is run as often as it says. */
function runLines(lines: readonly string[], first: number, add: (instruction: Instruction) => void): number {
  for (let line = first; line < lines.length; line++) {
    const text = lines[line] ?? "";
    if (text === "") continue;
    if (text === "}") return line + 1;
    const repeat = /^REPEAT (\d+) \{$/.exec(text);
    if (repeat !== null) {
      let end = line + 1;
      for (let round = 0; round < Math.min(Number(repeat[1]), repeatCountMax); round++) end = runLines(lines, line + 1, add);
      line = end - 1;
      continue;
    }
    const [, name = "", argument, targets] =
      /^([A-Z]\w*)(?:\(([^)]*)\))?((?:\s+\S+)*)$/.exec(text) ?? fault(line, `cannot read ${text}`);
    add({
      name,
      argument: Number.parseFloat(argument ?? "0"),
      targets: targets?.trim().split(/\s+/).filter(Boolean) ?? [],
      line,
    });
  }
  return lines.length;
}

// A memory circuit has about as many rounds as its distance.
const repeatCountMax = 10_000;

function fault(line: number, reason: string): never {
  throw new Error(`line ${line + 1} of the Stim circuit: ${reason}`);
}

const annotations = new Set(["QUBIT_COORDS", "SHIFT_COORDS", "TICK"]);
const paulis = { X: 1, Z: 2, Y: 3 } as const;

function createBuilder(isNoisy: boolean) {
  const operations: StabilizerOperation[] = [];
  // Only qubits that something acts on have a place.
  const places = new Map<string, number>();
  const detectors: (readonly number[])[] = [];
  const observables: number[][] = [];
  let measurementCount = 0;

  const place = (target: string, line: number): number => {
    if (!/^\d+$/.test(target)) fault(line, `${target} is not a qubit`);
    const known = places.get(target);
    if (known !== undefined) return known;
    places.set(target, places.size);
    return places.size - 1;
  };

  function add({ name, argument, targets, line }: Instruction): void {
    if (annotations.has(name)) return;
    if (name === "DETECTOR") detectors.push(targets.map((target) => record(target, line)));
    else if (name === "OBSERVABLE_INCLUDE") {
      while (observables.length <= argument) observables.push([]);
      observables[argument]?.push(...targets.map((target) => record(target, line)));
    } else
      addOperations(
        name,
        argument,
        targets.map((target) => place(target, line)),
        line,
      );
  }

  function record(target: string, line: number): number {
    const back = Number(/^rec\[-(\d+)\]$/.exec(target)?.[1] ?? fault(line, `${target} is not a measurement`));
    return back <= measurementCount ? measurementCount - back : fault(line, `${target} lies before the first measurement`);
  }

  function addOperations(name: string, rate: number, qubits: readonly number[], line: number): void {
    const pairs = Array.from(
      { length: Math.floor(qubits.length / 2) },
      (_, k) => [qubits[2 * k] ?? 0, qubits[2 * k + 1] ?? 0] as const,
    );
    const noise = /^([XYZ])_ERROR$/.exec(name)?.[1] as keyof typeof paulis | undefined;
    const measured = /^(M?)(R?)([XZ]?)$/.exec(name);
    if (noise !== undefined) addNoise({ kind: "pauli_noise", pauli: paulis[noise], rate, qubits });
    else if (name === "DEPOLARIZE1") addNoise({ kind: "depolarize1", rate, qubits });
    else if (name === "DEPOLARIZE2") addNoise({ kind: "depolarize2", rate, pairs });
    else if (name === "CX" || name === "CZ" || name === "SWAP") {
      const kind = name.toLowerCase() as "cx" | "cz" | "swap";
      for (const [first, second] of pairs) operations.push({ kind, first, second });
    } else if (name === "H" || name === "S") {
      for (const qubit of qubits) operations.push({ kind: name === "H" ? "h" : "s", qubit });
    } else if (name === "X" || name === "Y" || name === "Z") {
      for (const qubit of qubits) operations.push({ kind: "pauli", qubit, pauli: paulis[name] });
    } else if (measured !== null && name !== "" && (measured[1] !== "" || measured[2] !== "")) {
      for (const qubit of qubits)
        measureAndReset(qubit, rate, { measures: measured[1] !== "", resets: measured[2] !== "", basis: measured[3] ?? "" });
    } else fault(line, `${name} is not known to this reader`);
  }

  /** Its rate is that of a wrong reading. */
  function measureAndReset(qubit: number, rate: number, does: { measures: boolean; resets: boolean; basis: string }): void {
    const turn = does.basis === "X" ? [{ kind: "h", qubit } as const] : [];
    operations.push(...turn);
    if (does.measures) {
      operations.push({ kind: "measure", qubit, bit: measurementCount });
      addNoise({ kind: "bit_noise", rate, bits: [measurementCount] });
      measurementCount++;
    }
    if (does.resets) operations.push({ kind: "reset", qubit });
    operations.push(...turn);
  }

  function addNoise(operation: StabilizerOperation): void {
    if (isNoisy) operations.push(operation);
  }

  function finish(): StimCircuit {
    const parities = [...detectors, ...observables].map(
      (bits, k): StabilizerOperation => ({ kind: "parity", bit: measurementCount + k, bits }),
    );
    const program = {
      qubitCount: Math.max(1, places.size),
      bitCount: measurementCount + parities.length,
      operations: [...operations, ...parities],
    };
    return { program, measurementCount, detectorCount: detectors.length, observableCount: observables.length };
  }

  return { add, finish };
}
