import type { VariableColumn } from '@senbon/hive-thrift';

/** `VariableColumn.offsets` are 32-bit. */
const MAX_BYTES = 2 ** 31 - 1;

const FIRST_BYTES = 256;

/** What a text or binary column is, but for its kind and NULLs. */
export type TextRows = Pick<VariableColumn<'string' | 'binary'>, 'length' | 'offsets' | 'data'>;

/** Growing bytes and row offsets of a string or binary column. Writers call `reserve` before they touch `bytes`. */
export class TextSink {
  bytes: Buffer = Buffer.alloc(0);
  /** Bytes written. */
  length = 0;
  rows = 0;
  offsets: Int32Array;

  constructor(capacityRows: number) {
    this.offsets = new Int32Array(capacityRows + 1);
  }

  /** Makes room for `byteCount` more bytes and returns the buffer to write them to, from `length` on. */
  reserve(byteCount: number): Buffer {
    const need = this.length + byteCount;
    if (need <= this.bytes.length) return this.bytes;
    if (need > MAX_BYTES)
      throw new RangeError(`a column of one batch would need ${need} bytes, more than ${MAX_BYTES}`);
    const wanted = Math.max(need, FIRST_BYTES, this.bytes.length * 2);
    const grown = Buffer.allocUnsafeSlow(Math.min(MAX_BYTES, wanted));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
    return grown;
  }

  reserveRows(rowCount: number): void {
    const need = this.rows + rowCount + 1;
    if (need <= this.offsets.length) return;
    const grown = new Int32Array(Math.max(need, this.offsets.length * 2));
    grown.set(this.offsets);
    this.offsets = grown;
  }

  endRow(): void {
    this.rows++;
    this.offsets[this.rows] = this.length;
  }

  /** The rows written, as a column's. Nothing may be written any more. */
  finish(): TextRows {
    return { length: this.rows, offsets: this.offsets, data: this.bytes.subarray(0, this.length) };
  }

  put(text: string): void {
    const need = text.length * 3;
    this.reserve(need);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  putBytes(source: Uint8Array): void {
    this.reserve(source.length).set(source, this.length);
    this.length += source.length;
  }

  putByte(byte: number): void {
    this.reserve(1)[this.length++] = byte;
  }

  /** `value` in decimal, with zeros in front up to `width` digits. A safe, non-negative integer. */
  putDigits(value: number, width: number): void {
    const bytes = this.reserve(20);
    let digits = 1;
    for (let limit = 10; limit <= value && digits < 17; limit *= 10) digits++;
    digits = Math.max(digits, width);
    let rest = value;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tens = Math.floor(rest / 10);
      bytes[at] = 48 + (rest - tens * 10);
      rest = tens;
    }
    this.length += digits;
  }
}
