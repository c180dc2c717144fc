import { Buffer } from 'node:buffer';
import { ThriftProtocolError } from '../errors.ts';
import { MAX_CONTAINER_ELEMENTS, MAX_DEPTH } from './limits.ts';
import { fixedBytes, minBytes, WireType } from './wire-type.ts';

/** In place of the second type of a container that has one. */
const NO_TYPE = -1;

/** Reads Thrift's binary encoding, big endian, with every length checked before it is believed. */
export class ByteReader {
  readonly #buffer: Buffer;
  #offset: number;
  #depth = 0;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#buffer = asBuffer(bytes);
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#buffer.length - this.#offset;
  }

  u8(): number {
    return this.#buffer[this.#take(1)] as number;
  }

  i8(): number {
    return this.#buffer.readInt8(this.#take(1));
  }

  i16(): number {
    return this.#buffer.readInt16BE(this.#take(2));
  }

  i32(): number {
    return this.#buffer.readInt32BE(this.#take(4));
  }

  i64(): bigint {
    return this.#buffer.readBigInt64BE(this.#take(8));
  }

  double(): number {
    return this.#buffer.readDoubleBE(this.#take(8));
  }

  /** Ill-formed UTF-8 becomes U+FFFD, as in the Java peers. */
  string(): string {
    const length = this.#length();
    const start = this.#take(length);
    return length === 0 ? '' : this.#buffer.toString('utf8', start, start + length);
  }

  /** A view of the message, not a copy. */
  binary(): Uint8Array {
    const length = this.#length();
    const start = this.#take(length);
    return this.#buffer.subarray(start, start + length);
  }

  /** A view of the next `bytes` bytes. */
  raw(bytes: number): Buffer {
    const start = this.#take(bytes);
    return this.#buffer.subarray(start, start + bytes);
  }

  /** A view of what is left, without moving on. */
  peekRest(): Buffer {
    return this.#buffer.subarray(this.#offset);
  }

  /** The count of a container that holds at most `max` elements of at least `elementBytes` each. */
  count(elementBytes: number, max: number = MAX_CONTAINER_ELEMENTS): number {
    const count = this.i32();
    if (count < 0 || count > max) {
      throw new ThriftProtocolError('too-large', `container of ${count} elements at ${this.#offset - 4}`);
    }
    if (count * elementBytes > this.remaining) {
      throw new ThriftProtocolError('truncated', `${count} elements announced, ${this.remaining} bytes left`);
    }
    return count;
  }

  /** Must be paired with `leave`; not after a throw, for a reader is done then. */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw new ThriftProtocolError('too-deep', `values nested deeper than ${MAX_DEPTH} at ${this.#offset}`);
    }
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** Passes over a value of wire type `type`. */
  skip(type: number): void {
    const fixed = fixedBytes(type);
    if (fixed > 0) {
      this.#take(fixed);
      return;
    }
    switch (type) {
      case WireType.STRING:
        this.#take(this.#length());
        return;
      case WireType.STRUCT:
        this.#skipStruct();
        return;
      case WireType.LIST:
      case WireType.SET:
        this.#skipElements(this.u8(), NO_TYPE);
        return;
      case WireType.MAP:
        this.#skipElements(this.u8(), this.u8());
        return;
      default:
        throw new ThriftProtocolError('bad-type', `${type} at ${this.#offset} is not a Thrift wire type`);
    }
  }

  #skipStruct(): void {
    this.enter();
    for (let type = this.u8(); type !== WireType.STOP; type = this.u8()) {
      this.#take(2);
      this.skip(type);
    }
    this.leave();
  }

  /** `second` is NO_TYPE for lists and sets, which have one type. An empty container's types may be anything. */
  #skipElements(first: number, second: number): void {
    const count = this.count(0);
    if (count === 0) return;
    const bytes = minBytes(first) + (second === NO_TYPE ? 0 : minBytes(second));
    if (count * bytes > this.remaining) {
      throw new ThriftProtocolError('truncated', `${count} elements announced, ${this.remaining} bytes left`);
    }
    this.enter();
    if (fixedBytes(first) > 0 && second === NO_TYPE) {
      this.#take(count * bytes);
    } else {
      for (let i = 0; i < count; i++) {
        this.skip(first);
        if (second !== NO_TYPE) this.skip(second);
      }
    }
    this.leave();
  }

  #length(): number {
    const length = this.i32();
    if (length < 0) throw new ThriftProtocolError('too-large', `length ${length} at ${this.#offset - 4}`);
    return length;
  }

  #take(bytes: number): number {
    const start = this.#offset;
    if (start + bytes > this.#buffer.length) {
      throw new ThriftProtocolError(
        'truncated',
        `${bytes} bytes wanted at ${start}, the message has ${this.#buffer.length}`,
      );
    }
    this.#offset = start + bytes;
    return start;
  }
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
