/** A record that does not follow its layout: too short, or a length that cannot be. */
export class JuteError extends Error {
  override readonly name = 'JuteError';
}

/**
 * Reads Jute, ZooKeeper's record encoding: big-endian integers, strings and buffers behind a four-byte
 * length, vectors behind a four-byte count; a length or count of -1 stands for null.
 */
export class JuteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  readInt(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  readLong(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  readBool(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  /**
   * A copy: the data of a znode outlives its request, and a slice would keep the whole chunk that came
   * from the socket alive. Unpooled for the same reason.
   */
  readBuffer(): Buffer | null {
    const length = this.#readLength(1);
    if (length === -1) return null;
    const start = this.#take(length);
    const copy = Buffer.allocUnsafeSlow(length);
    this.#bytes.copy(copy, 0, start, start + length);
    return copy;
  }

  /** Null reads as the empty string: no field of the protocol tells the two apart. */
  readString(): string {
    const length = this.#readLength(1);
    if (length <= 0) return '';
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** Reads a vector; null reads as empty. */
  readVector<T>(minItemBytes: number, readItem: () => T): T[] {
    const count = this.#readLength(minItemBytes);
    const items: T[] = [];
    for (let i = 0; i < count; i += 1) items.push(readItem());
    return items;
  }

  /** A length or count that promises more than what is left is refused before anything is allocated for it. */
  #readLength(unitBytes: number): number {
    const length = this.readInt();
    if (length < -1 || length * unitBytes > this.remaining) {
      throw new JuteError(`length ${length} at byte ${this.#at - 4} does not fit ${this.remaining} bytes`);
    }
    return length;
  }

  #take(count: number): number {
    const start = this.#at;
    if (count > this.remaining) {
      throw new JuteError(`${count} bytes wanted at byte ${start}, ${this.remaining} left`);
    }
    this.#at = start + count;
    return start;
  }
}
