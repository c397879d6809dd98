// "Did you mean …?": the known word that is closest to a mistyped one.

// Keeps a hostile text with thousands of names cheap.
const candidateCountMax = 2000;

/** The closest of `known`, or undefined when none is close enough to be what was meant. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  // Nobody mistypes a long text into a short key; and the distance costs length times length.
  if (word.length > 64) return undefined;
  const typed = plain(word);
  let best: string | undefined;
  // A third of the letters may be wrong; of a short word, one; of a single letter, none.
  let distanceMax = typed.length === 1 ? 0 : Math.max(1, Math.floor(typed.length / 3));
  let seen = 0;
  for (const candidate of known) {
    if (++seen > candidateCountMax) break;
    const distance = editDistance(typed, plain(candidate));
    if (distance > distanceMax || (best !== undefined && distance === distanceMax)) continue;
    best = candidate;
    distanceMax = distance;
  }
  return best;
}

// restPort, rest-port and rest_port are the same word to the person who typed them.
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, "");
}

// Edits between two words; swapping neighbours counts as one (optimal string alignment).
function editDistance(source: string, target: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: target.length + 1 }, (_, column) => column);
  for (let row = 1; row <= source.length; row++) {
    const current = [row];
    for (let column = 1; column <= target.length; column++) {
      const same = source[row - 1] === target[column - 1];
      let edits = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && source[row - 1] === target[column - 2] && source[row - 2] === target[column - 1];
      if (swapped) edits = Math.min(edits, at(beforePrevious, column - 2) + 1);
      current.push(edits);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, target.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
