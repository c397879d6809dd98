// A grid of characters for text drawings. A cell is either a character or the union of the line arms that reach it, so that boxes,
// wires and crossings join by themselves: `└` over `┌` becomes `├`.

/** Arms of a cell: light ones in the low half, double ones four bits higher. */
const arm = { north: 1, east: 2, south: 4, west: 8 } as const;
export const doubled = 16;

const { north, east, south, west } = arm;
const across = east | west;
const upright = north | south;

const characters: ReadonlyMap<number, string> = new Map([
  [across, "─"],
  [upright, "│"],
  [east | south, "┌"],
  [south | west, "┐"],
  [north | east, "└"],
  [north | west, "┘"],
  [north | east | south, "├"],
  [north | south | west, "┤"],
  [across | south, "┬"],
  [across | north, "┴"],
  [across | upright, "┼"],
  [across * doubled, "═"],
  [upright * doubled, "║"],
  [across | (south * doubled), "╥"],
  [across | (north * doubled), "╨"],
  [across | (upright * doubled), "╫"],
  [(across | north) * doubled, "╩"],
  [(across | upright) * doubled, "╬"],
]);

export class Canvas {
  readonly width: number;
  /** cells[row][column]: arms, or the character that stands there. */
  readonly #cells: (number | string)[][];

  constructor(rowCount: number, width: number) {
    this.width = width;
    this.#cells = Array.from({ length: rowCount }, () => new Array<number | string>(width).fill(0));
  }

  /** Adds arms to a cell; a character that stands there stays. */
  addArms(row: number, column: number, arms: number): void {
    const cell = this.#cells[row]?.[column];
    if (typeof cell === "number") this.#set(row, column, cell | arms);
  }

  /** A horizontal line through the whole row. */
  drawWire(row: number, weight: 1 | typeof doubled): void {
    for (let column = 0; column < this.width; column++) this.addArms(row, column, across * weight);
  }

  /** A vertical line that leaves `top` downwards and reaches `bottom` from above. */
  drawLine(column: number, top: number, bottom: number, weight: 1 | typeof doubled): void {
    this.addArms(top, column, south * weight);
    for (let row = top + 1; row < bottom; row++) this.addArms(row, column, upright * weight);
    this.addArms(bottom, column, north * weight);
  }

  write(row: number, column: number, text: string): void {
    for (const [index, character] of [...text].entries()) this.#set(row, column + index, character);
  }

  /** A frame around cleared cells; the wires that reach its sides stay joined to it. */
  drawBox(top: number, bottom: number, left: number, right: number): void {
    for (let column = left; column <= right; column++) {
      const ends = (column > left ? west : 0) | (column < right ? east : 0);
      this.addArms(top, column, ends);
      this.addArms(bottom, column, ends);
    }
    for (const [column, away] of [
      [left, west],
      [right, east],
    ] as const) {
      this.addArms(top, column, south);
      this.addArms(bottom, column, north);
      for (let row = top + 1; row < bottom; row++) {
        const cell = this.#cells[row]?.[column];
        this.#set(row, column, (typeof cell === "number" ? cell & away : 0) | upright);
      }
    }
    for (let row = top + 1; row < bottom; row++) {
      for (let column = left + 1; column < right; column++) this.#set(row, column, " ");
    }
  }

  toRow(row: number, ascii: boolean): string {
    return (this.#cells[row] ?? [])
      .map((cell) => (typeof cell === "string" ? cell : ascii ? asciiCharacter(cell) : (characters.get(cell) ?? " ")))
      .join("");
  }

  #set(row: number, column: number, cell: number | string): void {
    const cells = this.#cells[row];
    if (cells !== undefined && column >= 0 && column < this.width) cells[column] = cell;
  }
}

function asciiCharacter(arms: number): string {
  if (arms === 0) return " ";
  if (arms === across) return "-";
  if (arms === across * doubled) return "=";
  if (arms === upright) return "|";
  // Where a classical line leaves a box, passes a wire or ends on a register, the line is what matters.
  return arms >= doubled ? ":" : "+";
}
