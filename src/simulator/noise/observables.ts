// Pauli sums as masks over the places of a state.

import type { Observable } from "../../model/result.ts";

/** i^yCount X^flip Z^sign, where Y = i X Z. */
export interface PauliMasks {
  readonly coefficient: number;
  readonly flip: number;
  readonly sign: number;
  readonly yCount: number;
}

/** [observable]: its terms. Idle qubits are |0>: I and Z on them give 1, and a term with X or Y on one gives 0 and is left out. */
export function createPauliReader(
  observables: readonly Observable[],
  placeOf: ReadonlyMap<number, number>,
): readonly (readonly PauliMasks[])[] {
  return observables.map(({ terms }) =>
    terms.flatMap(({ coefficient, pauli }) => {
      let flip = 0;
      let sign = 0;
      let yCount = 0;
      for (let qubit = 0; qubit < pauli.length; qubit++) {
        const letter = pauli.charAt(pauli.length - 1 - qubit);
        const place = placeOf.get(qubit);
        if (place === undefined && (letter === "X" || letter === "Y")) return [];
        if (place === undefined) continue;
        if (letter === "X" || letter === "Y") flip |= 1 << place;
        if (letter === "Z" || letter === "Y") sign |= 1 << place;
        if (letter === "Y") yCount++;
      }
      return [{ coefficient, flip, sign, yCount }];
    }),
  );
}
