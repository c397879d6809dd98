// Whether two sets of counts come from one distribution, as far as their shots can tell.

/** What differs beyond sampling error, or undefined. Marginals of each qubit at 5 sigma, and chi-square on each four qubits. */
export function disagreement(
  first: Readonly<Record<string, number>>,
  second: Readonly<Record<string, number>>,
  qubitCount: number,
): string | undefined {
  for (let qubit = 0; qubit < qubitCount; qubit++) {
    const [a, b] = [first, second].map((counts) => tally(counts, qubit, 1));
    const [shotsA, shotsB] = [total(first), total(second)];
    const [onesA, onesB] = [a?.[1] ?? 0, b?.[1] ?? 0];
    const pooled = (onesA + onesB) / (shotsA + shotsB);
    const sigma = Math.sqrt(pooled * (1 - pooled) * (1 / shotsA + 1 / shotsB));
    const distance = Math.abs(onesA / shotsA - onesB / shotsB);
    if (distance > 5 * sigma)
      return `P(qubit ${qubit} = 1) differs by ${distance.toFixed(4)}, ${(distance / sigma).toFixed(1)} sigma`;
  }
  for (let low = 0; low + 4 <= qubitCount; low += 4) {
    const chiSquare = twoSampleChiSquare(tally(first, low, 4), tally(second, low, 4));
    // 15 degrees of freedom: mean 15, standard deviation 5.5; chance exceeds 55 once in 500 000.
    if (chiSquare > 55) return `chi-square ${chiSquare.toFixed(0)} with 15 degrees of freedom on qubits ${low} to ${low + 3}`;
  }
  return undefined;
}

/** Shots by the value of `width` qubits from `low` on; the rightmost character of an outcome is qubit 0. */
function tally(counts: Readonly<Record<string, number>>, low: number, width: number): Float64Array {
  const bins = new Float64Array(2 ** width);
  for (const [outcome, count] of Object.entries(counts)) {
    const end = outcome.length - low;
    const bin = Number.parseInt(outcome.slice(end - width, end), 2);
    bins[bin] = (bins[bin] ?? 0) + count;
  }
  return bins;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Sum over bins of (a sqrt(B/A) - b sqrt(A/B))^2 / (a + b), A and B the totals. */
function twoSampleChiSquare(first: Float64Array, second: Float64Array): number {
  const sum = (bins: Float64Array) => bins.reduce((total, count) => total + count, 0);
  const ratio = Math.sqrt(sum(second) / sum(first));
  let chiSquare = 0;
  for (const [bin, a] of first.entries()) {
    const b = second[bin] ?? 0;
    if (a + b > 0) chiSquare += (a * ratio - b / ratio) ** 2 / (a + b);
  }
  return chiSquare;
}
