const FIRST_BYTES = 256;
const LOW_BITS = 0x7f;
const MORE = 0x80;

/** Growing bytes of one protobuf message. */
export class ProtoWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest > LOW_BITS) {
      this.#byte((rest % MORE) | MORE);
      rest = Math.floor(rest / MORE);
    }
    this.#byte(rest);
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#reserve(value.length).set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    this.bytes(Buffer.from(value, 'utf8'));
  }

  #byte(value: number): void {
    this.#reserve(1)[this.#length++] = value;
  }

  #reserve(count: number): Buffer {
    const need = this.#length + count;
    if (need > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(need, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    return this.#bytes;
  }
}
