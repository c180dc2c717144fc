const INITIAL_BYTES = 256;

/** A record that has become larger than its writer allows. */
export class JuteOverflowError extends Error {
  override readonly name = 'JuteOverflowError';
}

/** Writes Jute (see `JuteReader`) into one growing buffer of at most `maxBytes`. */
export class JuteWriter {
  readonly #maxBytes: number;
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#length;
  }

  writeInt(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeInt32BE(value, at);
  }

  writeLong(value: bigint): void {
    const at = this.#reserve(8);
    this.#bytes.writeBigInt64BE(value, at);
  }

  writeBool(value: boolean): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value ? 1 : 0;
  }

  writeBuffer(value: Buffer | null): void {
    this.writeInt(value === null ? -1 : value.length);
    if (value === null) return;
    const at = this.#reserve(value.length);
    value.copy(this.#bytes, at);
  }

  writeString(value: string): void {
    const length = Buffer.byteLength(value);
    this.writeInt(length);
    const at = this.#reserve(length);
    this.#bytes.write(value, at, length, 'utf8');
  }

  writeVector<T>(items: readonly T[], writeItem: (item: T) => void): void {
    this.writeInt(items.length);
    for (const item of items) writeItem(item);
  }

  /** Overwrites four bytes written before, for a length known only afterwards. */
  patchInt(at: number, value: number): void {
    this.#bytes.writeInt32BE(value, at);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): number {
    const start = this.#length;
    const end = start + count;
    if (end > this.#maxBytes) {
      throw new JuteOverflowError(`record of more than ${this.#maxBytes} bytes`);
    }
    if (end > this.#bytes.length) this.#grow(end);
    this.#length = end;
    return start;
  }

  #grow(atLeast: number): void {
    const grown = Buffer.allocUnsafe(Math.max(atLeast, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
