import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

const hex = (write: (writer: ByteWriter) => void): string => {
  const writer = new ByteWriter();
  write(writer);
  return Buffer.from(writer.finish()).toString('hex');
};

describe('ByteWriter', () => {
  it('writes numbers big endian', () => {
    expect(hex((w) => w.u8(255))).toBe('ff');
    expect(hex((w) => w.i8(-2))).toBe('fe');
    expect(hex((w) => w.i16(-2))).toBe('fffe');
    expect(hex((w) => w.i32(1))).toBe('00000001');
    expect(hex((w) => w.i64(-1n))).toBe('ffffffffffffffff');
    expect(hex((w) => w.double(1.5))).toBe('3ff8000000000000');
    expect(hex((w) => w.double(-0))).toBe('8000000000000000');
  });

  it('writes strings and binary behind their length in bytes', () => {
    expect(hex((w) => w.string('東'))).toBe('00000003e69db1');
    expect(hex((w) => w.string(''))).toBe('00000000');
    expect(hex((w) => w.binary(Uint8Array.of(1, 2)))).toBe('000000020102');
    expect(hex((w) => w.raw(Uint8Array.of(1, 2)))).toBe('0102');
    // Half of a surrogate pair has no UTF-8; U+FFFD stands in for it.
    expect(hex((w) => w.string('\ud800'))).toBe('00000003efbfbd');
  });

  it('does not let numbers wrap', () => {
    expect(() => hex((w) => w.i8(128))).toThrow(RangeError);
    expect(() => hex((w) => w.i16(2 ** 15))).toThrow(RangeError);
    expect(() => hex((w) => w.i32(2 ** 31))).toThrow(RangeError);
    expect(() => hex((w) => w.i64(2n ** 63n))).toThrow(RangeError);
  });

  it('grows from any size', () => {
    for (const initialBytes of [1, 7, 4096]) {
      const writer = new ByteWriter(initialBytes);
      for (let i = 0; i < 1000; i++) writer.string(`row ${i}`);
      const bytes = writer.finish();
      expect(bytes.length).toBe(writer.length);
      const reader = new ByteReader(bytes);
      for (let i = 0; i < 1000; i++) expect(reader.string()).toBe(`row ${i}`);
      expect(reader.remaining).toBe(0);
    }
  });

  it('ends where Thrift ends', () => {
    // Only announces its length: two gigabytes need not be there for the check.
    const huge = Object.defineProperty(new Uint8Array(0), 'length', { value: 0x7fffffff });
    const writer = new ByteWriter();
    writer.u8(1);
    expect(() => writer.raw(huge)).toThrow(expect.objectContaining({ kind: 'too-large' }));
  });

  it('takes a value larger than twice what it has', () => {
    const large = Buffer.alloc(100_000, 7);
    const writer = new ByteWriter();
    writer.u8(1);
    writer.binary(large);
    writer.u8(2);
    const reader = new ByteReader(writer.finish());
    expect(reader.u8()).toBe(1);
    expect(Buffer.compare(reader.binary(), large)).toBe(0);
    expect(reader.u8()).toBe(2);
  });
});
