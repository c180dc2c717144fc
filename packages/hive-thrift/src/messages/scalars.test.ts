import { describe, expect, it } from 'vitest';
import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { Codec } from './codec.ts';
import { binary, bool, double, i16, i32, i64, i8, string } from './scalars.ts';

const encode = <T>(codec: Codec<T>, value: T): string => {
  const writer = new ByteWriter();
  codec.write(writer, value);
  return Buffer.from(writer.finish()).toString('hex');
};
const decode = <T>(codec: Codec<T>, hex: string): T => codec.read(new ByteReader(Buffer.from(hex, 'hex')));

describe('scalars', () => {
  it.each([
    ['i8', i8, -128, '80'],
    ['i8', i8, 127, '7f'],
    ['i16', i16, -32768, '8000'],
    ['i32', i32, 2147483647, '7fffffff'],
    ['double', double, -0, '8000000000000000'],
    ['double', double, Number.NaN, '7ff8000000000000'],
    ['double', double, Number.NEGATIVE_INFINITY, 'fff0000000000000'],
  ] as const)('%s %s', (_name, codec, value, hex) => {
    expect(encode(codec as Codec<number>, value)).toBe(hex);
    expect(decode(codec as Codec<number>, hex)).toBe(value);
  });

  it('i64 is a bigint', () => {
    expect(encode(i64, -(2n ** 63n))).toBe('8000000000000000');
    expect(decode(i64, '7fffffffffffffff')).toBe(9223372036854775807n);
  });

  it('bool: only 1 is true, for some writers put 2 for false', () => {
    expect([encode(bool, true), encode(bool, false)]).toEqual(['01', '00']);
    expect(['00', '01', '02'].map((hex) => decode(bool, hex))).toEqual([false, true, false]);
  });

  it('string and binary', () => {
    expect(encode(string, 'é')).toBe('00000002c3a9');
    expect(decode(string, '00000002c3a9')).toBe('é');
    expect([...decode(binary, '000000020102')]).toEqual([1, 2]);
  });

  it('prints so that a line stays a line', () => {
    expect(string.print('a\n"b"')).toBe('"a\\n\\"b\\""');
    expect(string.print('x'.repeat(500))).toBe(`"${'x'.repeat(200)}"… (500 chars)`);
    expect(binary.print(Buffer.alloc(5))).toBe('binary(5 bytes)');
    expect(binary.print(Buffer.alloc(16, 0xab))).toBe('ab'.repeat(16));
    expect(i64.print(5n)).toBe('5');
    expect(bool.print(true)).toBe('true');
  });
});
