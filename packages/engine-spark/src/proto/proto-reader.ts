const LOW_BITS = 0x7f;
const MORE = 0x80;
/** A varint has ten bytes at most, seven bits each. */
const MAX_VARINT_BYTES = 10;
const FOUR_BYTES = 4;
const EIGHT_BYTES = 8;

/** Wire types of protobuf. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Reads the fields of one protobuf message. `bytes` are views of the message. Throws RangeError when it is cut off. */
export class ProtoReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The low 53 bits as a number: of negative and larger ones nobody here asks (`signed` is for those). */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = this.#byte();
      value += (byte & LOW_BITS) * factor;
      if (byte < MORE) return value;
      factor *= MORE;
    }
    throw new RangeError('a protobuf number of more than ten bytes');
  }

  /** An int32 or int64, which may be negative. */
  signed(): number {
    let value = 0n;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = this.#byte();
      value |= BigInt(byte & LOW_BITS) << BigInt(7 * count);
      if (byte < MORE) return Number(BigInt.asIntN(64, value));
    }
    throw new RangeError('a protobuf number of more than ten bytes');
  }

  bytes(): Uint8Array {
    return this.#take(this.varint());
  }

  text(): string {
    const { buffer, byteOffset, length } = this.bytes();
    return Buffer.from(buffer, byteOffset, length).toString('utf8');
  }

  /** Goes over a field that nobody knows. */
  skip(wireType: number): void {
    if (wireType === WIRE.varint) this.varint();
    else if (wireType === WIRE.fixed64) this.#take(EIGHT_BYTES);
    else if (wireType === WIRE.bytes) this.bytes();
    else if (wireType === WIRE.fixed32) this.#take(FOUR_BYTES);
    else throw new RangeError(`an unknown protobuf wire type ${wireType}`);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('a protobuf message that is cut off');
    return byte;
  }

  #take(length: number): Uint8Array {
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('a protobuf message that is cut off');
    return this.#bytes.subarray(from, this.#at);
  }
}
