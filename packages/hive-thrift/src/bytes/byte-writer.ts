import { Buffer } from 'node:buffer';
import { ThriftProtocolError } from '../errors.ts';

/** Enough for every small call; larger messages double it. */
const INITIAL_BYTES = 256;
/** An i32 frame length ends here, and so does what any peer would take. */
const MAX_BYTES = 0x7fffffff;

/** Writes Thrift's binary encoding, big endian, into a buffer that grows. Numbers out of range throw RangeError. */
export class ByteWriter {
  #buffer: Buffer;
  #offset = 0;

  constructor(initialBytes = INITIAL_BYTES) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  get length(): number {
    return this.#offset;
  }

  u8(value: number): void {
    const at = this.#take(1);
    this.#buffer[at] = value;
  }

  i8(value: number): void {
    const at = this.#take(1);
    this.#buffer.writeInt8(value, at);
  }

  i16(value: number): void {
    const at = this.#take(2);
    this.#buffer.writeInt16BE(value, at);
  }

  i32(value: number): void {
    const at = this.#take(4);
    this.#buffer.writeInt32BE(value, at);
  }

  i64(value: bigint): void {
    const at = this.#take(8);
    this.#buffer.writeBigInt64BE(value, at);
  }

  double(value: number): void {
    const at = this.#take(8);
    this.#buffer.writeDoubleBE(value, at);
  }

  string(value: string): void {
    const length = Buffer.byteLength(value, 'utf8');
    this.i32(length);
    const at = this.#take(length);
    this.#buffer.write(value, at, length, 'utf8');
  }

  binary(value: Uint8Array): void {
    this.i32(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#buffer.set(value, at);
  }

  /** What was written. The writer must not be used afterwards. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#offset);
  }

  #take(bytes: number): number {
    const start = this.#offset;
    const end = start + bytes;
    if (end > this.#buffer.length) this.#grow(end);
    this.#offset = end;
    return start;
  }

  #grow(needed: number): void {
    if (needed > MAX_BYTES) {
      throw new ThriftProtocolError('too-large', `a message of ${needed} bytes; Thrift ends at ${MAX_BYTES}`);
    }
    const larger = Buffer.allocUnsafe(Math.min(MAX_BYTES, Math.max(needed, this.#buffer.length * 2)));
    this.#buffer.copy(larger, 0, 0, this.#offset);
    this.#buffer = larger;
  }
}
