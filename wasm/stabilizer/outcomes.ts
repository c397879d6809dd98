// Outcomes by how often they came: the chosen bit columns of a block are turned into one row of bits a shot, and equal rows are counted in a hash table.
//
//   ORDER u32[length] │ TABLE u32[2^k] │ SQUARE u64[64] │ BATCH u64[64][rowWords] │ entries: { count u32, unused u32, row u64[rowWords] } …
//
// ORDER: the bit whose column is character i of an outcome. TABLE: number of an entry plus 1, 0 when free. Entries grow to the end of memory; when all
// are known, two lists of their numbers behind them serve to sort them. In a row the first character is the highest bit of the first word, so that
// rows compare as their texts do.

let bits: usize = 0;
let columnBytes: usize = 0;
let order: usize = 0;
let length: u32 = 0;
let rowWords: usize = 0;
let table: usize = 0;
let tableMask: u32 = 0;
let square: usize = 0;
let batch: usize = 0;
let entries: usize = 0;
let entryCount: u32 = 0;
/** Where the entry's number of each shot is kept; 0 when it is not. */
let shotList: usize = 0;

/** Bytes of one entry. */
export function outcomeBytes(characterCount: u32): u32 {
  return 8 + 8 * ((characterCount + 63) >> 6);
}

/**
 * Begins a count. `tableSize`: a power of 2, above the number of shots. `shotsAt`: room for u32[shots], which get the numbers of their entries, or 0.
 * Returns where the entries begin.
 */
export function useOutcomes(at: usize, characterCount: u32, tableSize: u32, shotsAt: usize): usize {
  shotList = shotsAt;
  order = at;
  length = characterCount;
  rowWords = (characterCount + 63) >> 6;
  table = order + ((4 * (<usize>characterCount) + 7) & ~7);
  tableMask = tableSize - 1;
  square = table + 4 * (<usize>tableSize);
  batch = square + 512;
  entries = batch + 512 * rowWords;
  entryCount = 0;
  memory.fill(table, 0, 4 * (<usize>tableSize));
  return entries;
}

export function distinctCount(): u32 {
  return entryCount;
}

// @ts-expect-error: decorator
@inline
function entryAddress(entry: u32): usize {
  return entries + (<usize>entry) * (8 + 8 * rowWords);
}

/** Adds shots `from` .. `end`-1 of a block, whose bit columns lie at `bitsAt`; `from` is a multiple of 64. There must be room for as many entries. */
export function countOutcomes(bitsAt: usize, bytes: u32, from: u32, end: u32): void {
  bits = bitsAt;
  columnBytes = bytes;
  for (let shot = from; shot < end; shot += 64) {
    for (let word: usize = 0; word < rowWords; word++) gather(shot, word);
    const count = min(end - shot, 64);
    for (let k: u32 = 0; k < count; k++) {
      const entry = addRow(batch + (<usize>k) * 8 * rowWords);
      if (shotList == 0) continue;
      store<u32>(shotList, entry);
      shotList += 4;
    }
  }
}

/** Word `word` of the rows of 64 shots into BATCH. */
function gather(shot: u32, word: usize): void {
  const first: u32 = <u32>word << 6;
  const count = min(length - first, 64);
  for (let k: u32 = 0; k < count; k++) {
    const bit = load<u32>(order + 4 * (<usize>(first + k)));
    store<u64>(square + 8 * (<usize>(63 - k)), load<u64>(bits + (<usize>bit) * columnBytes + (shot >> 3)));
  }
  memory.fill(square, 0, 8 * (<usize>(64 - count)));
  transpose();
  for (let k: usize = 0; k < 64; k++) store<u64>(batch + 8 * (k * rowWords + word), load<u64>(square + 8 * k));
}

/** SQUARE, 64 x 64 bits: bit j of word i and bit i of word j change places. Six rounds that exchange ever smaller quarters. */
function transpose(): void {
  let keep: u64 = 0x00000000ffffffff;
  for (let width: usize = 32; width != 0; width >>= 1) {
    for (let k: usize = 0; k < 64; k = (k + width + 1) & ~width) {
      const at = square + 8 * k;
      const other = at + 8 * width;
      const high = load<u64>(at);
      const low = load<u64>(other);
      const moved = ((high >> width) ^ low) & keep;
      store<u64>(at, high ^ (moved << width));
      store<u64>(other, low ^ moved);
    }
    keep ^= keep << (width >> 1);
  }
}

/** Returns the number of its entry. */
function addRow(row: usize): u32 {
  let hash: u64 = 0;
  for (let word: usize = 0; word < rowWords; word++) {
    hash = (hash ^ load<u64>(row + 8 * word)) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  for (let slot = (<u32>hash) & tableMask; ; slot = (slot + 1) & tableMask) {
    const entry = load<u32>(table + 4 * (<usize>slot));
    if (entry == 0) {
      const fresh = entryAddress(entryCount++);
      store<u64>(fresh, 1);
      memory.copy(fresh + 8, row, 8 * rowWords);
      store<u32>(table + 4 * (<usize>slot), entryCount);
      return entryCount - 1;
    }
    const known = entryAddress(entry - 1);
    if (!isEqual(known + 8, row)) continue;
    store<u32>(known, load<u32>(known) + 1);
    return entry - 1;
  }
}

function isEqual(row: usize, other: usize): bool {
  for (let word: usize = 0; word < rowWords; word++) if (load<u64>(row + 8 * word) != load<u64>(other + 8 * word)) return false;
  return true;
}

/** Numbers 0 .. count-1 at `list`. */
export function listEntries(list: usize, count: u32): void {
  for (let k: u32 = 0; k < count; k++) store<u32>(list + 4 * (<usize>k), k);
}

/**
 * One step of a merge sort by text: sorted runs of `width` numbers at `source` become runs of twice the width at `target`, for places `from` .. `end`-1;
 * `from` begins a pair of runs, and `end` ends one or the list. A comparison reads a word of each row, or a few.
 */
export function mergeRuns(source: usize, target: usize, width: u32, from: u32, end: u32): void {
  for (let start = from; start < end; start += 2 * width) {
    const middle = min(start + width, end);
    const stop = min(middle + width, end);
    let left = start;
    let right = middle;
    for (let place = start; place < stop; place++) {
      const takesLeft = right == stop || (left < middle && isBelow(numberAt(source, left), numberAt(source, right)));
      store<u32>(target + 4 * (<usize>place), takesLeft ? numberAt(source, left++) : numberAt(source, right++));
    }
  }
}

// @ts-expect-error: decorator
@inline
function numberAt(list: usize, place: u32): u32 {
  return load<u32>(list + 4 * (<usize>place));
}

function isBelow(entry: u32, other: u32): bool {
  const row = entryAddress(entry) + 8;
  const otherRow = entryAddress(other) + 8;
  for (let word: usize = 0; word < rowWords; word++) {
    const value = load<u64>(row + 8 * word);
    const otherValue = load<u64>(otherRow + 8 * word);
    if (value != otherValue) return value < otherValue;
  }
  return false;
}

/** The rows of the entries at places `from` .. `end`-1 of `list` as characters 0 and 1, 64 * rowWords each; those behind `length` mean nothing. */
export function writeOutcomes(list: usize, from: u32, end: u32, text: usize): void {
  for (let place = from; place < end; place++) {
    const row = entryAddress(numberAt(list, place)) + 8;
    for (let word: usize = 0; word < rowWords; word++) {
      const value = load<u64>(row + 8 * word);
      for (let shift: u32 = 64; shift != 0; ) {
        shift -= 8;
        // Eight bits to eight bytes, the highest bit first: it is kept in its byte, then turned into 0 or 1.
        const spread = (((value >> shift) & 255) * 0x0101010101010101) & 0x0102040810204080;
        const digits = ((spread + 0x7f7f7f7f7f7f7f7f) >> 7) & 0x0101010101010101;
        store<u64>(text, digits | 0x3030303030303030);
        text += 8;
      }
    }
  }
}
