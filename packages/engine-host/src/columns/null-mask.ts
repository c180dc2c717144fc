/** Builds Thrift's mask (1 = NULL, least significant bit first) out of that of DuckDB and Arrow (1 = not NULL). */
export class NullMask {
  #bytes: Uint8Array | null = null;
  readonly #capacityRows: number;

  constructor(capacityRows: number) {
    this.#capacityRows = capacityRows;
  }

  /** Rows `from..to` of a vector become rows `at..` of the mask. */
  append(validity: Uint8Array | null, from: number, to: number, at: number): void {
    if (validity === null) return;
    const bytes = this.#reserve(at + to - from);
    if ((from & 7) === 0 && (at & 7) === 0) appendBytes(bytes, validity, { from, to, at });
    else appendBits(bytes, validity, { from, to, at });
  }

  appendNull(at: number): void {
    const bytes = this.#reserve(at + 1);
    bytes[at >> 3] = (bytes[at >> 3] as number) | (1 << (at & 7));
  }

  /** The mask, or `null` when no row is NULL. */
  finish(): Uint8Array | null {
    return this.#bytes?.some((byte) => byte !== 0) === true ? this.#bytes : null;
  }

  #reserve(rows: number): Uint8Array {
    const need = (rows + 7) >> 3;
    const have = this.#bytes;
    if (have !== null && have.length >= need) return have;
    const grown = new Uint8Array(Math.max(need, (this.#capacityRows + 7) >> 3, (have?.length ?? 0) * 2));
    if (have !== null) grown.set(have);
    this.#bytes = grown;
    return grown;
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

function appendBytes(bytes: Uint8Array, validity: Uint8Array, { from, to, at }: Range): void {
  const rows = to - from;
  const whole = rows >> 3;
  for (let i = 0; i < whole; i++) bytes[(at >> 3) + i] = ~(validity[(from >> 3) + i] as number);
  const rest = rows & 7;
  // DuckDB leaves the bits behind the last row undefined.
  if (rest > 0) bytes[(at >> 3) + whole] = ~(validity[(from >> 3) + whole] as number) & ((1 << rest) - 1);
}

function appendBits(bytes: Uint8Array, validity: Uint8Array, { from, to, at }: Range): void {
  for (let row = from, target = at; row < to; row++, target++) {
    if (isInvalid(validity, row)) bytes[target >> 3] = (bytes[target >> 3] as number) | (1 << (target & 7));
  }
}

/** Whether a row is NULL, by a validity mask (1 = not NULL). */
export function isInvalid(validity: Uint8Array | null, row: number): boolean {
  return validity !== null && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0;
}
