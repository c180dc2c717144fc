import { describe, expect, it } from 'vitest';
import { asBuffer, ByteReader } from './byte-reader.ts';
import { MAX_CONTAINER_ELEMENTS, MAX_DEPTH } from './limits.ts';
import { fixedBytes, minBytes, WireType } from './wire-type.ts';

const reader = (hex: string) => new ByteReader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const kind = (name: string) => expect.objectContaining({ name: 'ThriftProtocolError', kind: name });

describe('ByteReader', () => {
  it('reads numbers big endian and signed', () => {
    const r = reader('ff fe fffe 80000000 8000000000000000 3ff8000000000000');
    expect([r.u8(), r.i8(), r.i16(), r.i32(), r.i64(), r.double()]).toEqual([
      255,
      -2,
      -2,
      -(2 ** 31),
      -(2n ** 63n),
      1.5,
    ]);
    expect(r.remaining).toBe(0);
  });

  it('reads strings as UTF-8 and mends what is none', () => {
    expect(reader('00000000').string()).toBe('');
    expect(reader('00000006 e69db1e4baac').string()).toBe('東京');
    expect(reader('00000002 61ff').string()).toBe('a\ufffd');
  });

  it('gives binary as a view', () => {
    const bytes = Buffer.from('00000002aabbcc', 'hex');
    const view = new ByteReader(bytes).binary();
    bytes[4] = 1;
    expect([...view]).toEqual([1, 0xbb]);
  });

  it('starts where it is told', () => {
    const r = new ByteReader(Uint8Array.of(9, 9, 7), 2);
    expect([r.offset, r.remaining, r.u8(), r.offset]).toEqual([2, 1, 7, 3]);
  });

  it('reads a Uint8Array that is a part of its memory', () => {
    const memory = Uint8Array.of(1, 2, 3, 4, 5);
    expect(new ByteReader(memory.subarray(2, 4)).i16()).toBe(0x0304);
    expect(asBuffer(memory.subarray(2, 4)).buffer).toBe(memory.buffer);
  });

  it.each([
    ['u8', ''],
    ['i16', 'ff'],
    ['i32', 'ffffff'],
    ['i64', 'ffffffffffffff'],
    ['double', 'ffffffffffffff'],
    ['string', '00000002 61'],
    ['binary', '7fffffff 61'],
  ] as const)('%s of too few bytes is truncated', (method, hex) => {
    expect(() => reader(hex)[method]()).toThrow(kind('truncated'));
  });

  it('refuses negative lengths', () => {
    expect(() => reader('ffffffff').string()).toThrow(kind('too-large'));
    expect(() => reader('80000000').binary()).toThrow(kind('too-large'));
  });

  it('says what it wanted and where', () => {
    const r = reader('00 0000');
    r.u8();
    expect(() => r.i32()).toThrow('4 bytes wanted at 1, the message has 3');
  });

  describe('count', () => {
    it('is bounded by the bytes that are left', () => {
      expect(reader('00000002 0000').count(1)).toBe(2);
      expect(() => reader('00000003 0000').count(1)).toThrow(kind('truncated'));
      expect(() => reader('00000002 000000').count(2)).toThrow(kind('truncated'));
    });

    it('is bounded by a constant', () => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(MAX_CONTAINER_ELEMENTS + 1);
      expect(() => new ByteReader(bytes).count(0)).toThrow(kind('too-large'));
      expect(() => reader('ffffffff').count(1)).toThrow(kind('too-large'));
    });
  });

  describe('skip', () => {
    it.each([
      ['bool', WireType.BOOL, '01'],
      ['i8', WireType.I8, '7f'],
      ['i16', WireType.I16, '0001'],
      ['i32', WireType.I32, '00000001'],
      ['i64', WireType.I64, '0000000000000001'],
      ['double', WireType.DOUBLE, '3ff0000000000000'],
      ['uuid', WireType.UUID, '000102030405060708090a0b0c0d0e0f'],
      ['string', WireType.STRING, '00000003 616263'],
      ['struct', WireType.STRUCT, '08 0001 00000007 0b 0002 00000001 61 00'],
      ['empty struct', WireType.STRUCT, '00'],
      ['list of i32', WireType.LIST, '08 00000002 00000001 00000002'],
      ['list of string', WireType.LIST, '0b 00000002 00000001 61 00000000'],
      ['set of i64', WireType.SET, '0a 00000001 0000000000000001'],
      ['map string to i32', WireType.MAP, '0b 08 00000001 00000001 61 00000005'],
      ['map of structs', WireType.MAP, '0c 0c 00000001 00 00'],
      ['empty map without types', WireType.MAP, '00 00 00000000'],
      ['empty list without type', WireType.LIST, '00 00000000'],
      ['list of lists', WireType.LIST, '0f 00000001 03 00000002 0101'],
    ])('%s', (_name, type, hex) => {
      const r = reader(`${hex}ff`);
      r.skip(type);
      expect(r.remaining).toBe(1);
    });

    it.each([0, 1, 5, 7, 9, 17, 127, 255])('refuses wire type %i', (type) => {
      expect(() => reader('0000000000000000').skip(type)).toThrow(kind('bad-type'));
    });

    it('refuses elements of a type that takes no bytes', () => {
      expect(() => reader('01 7fffff00').skip(WireType.LIST)).toThrow();
      expect(() => reader('01 00000005 0000000000').skip(WireType.LIST)).toThrow(kind('bad-type'));
      expect(() => reader('0b 00 00000001 00000000').skip(WireType.MAP)).toThrow(kind('bad-type'));
    });

    it('refuses counts that the bytes cannot hold before looping', () => {
      expect(() => reader('0c 00ffffff 00').skip(WireType.LIST)).toThrow(kind('truncated'));
      expect(() => reader('0b 0b 00ffffff 00').skip(WireType.MAP)).toThrow(kind('truncated'));
    });

    it('ends at a depth', () => {
      const nested = (depth: number) => reader(`${'0c0001'.repeat(depth - 1)}${'00'.repeat(depth)}`);
      expect(() => nested(MAX_DEPTH).skip(WireType.STRUCT)).not.toThrow();
      expect(() => nested(MAX_DEPTH + 1).skip(WireType.STRUCT)).toThrow(kind('too-deep'));
      const lists = reader(`${'0f00000001'.repeat(100)}`);
      expect(() => lists.skip(WireType.LIST)).toThrow(kind('too-deep'));
    });
  });

  it('hands out what is left and moves over it', () => {
    const r = reader('0102030405');
    r.u8();
    expect([...r.peekRest()]).toEqual([2, 3, 4, 5]);
    expect([...r.raw(2)]).toEqual([2, 3]);
    expect([...r.peekRest()]).toEqual([4, 5]);
    expect(() => r.raw(3)).toThrow(kind('truncated'));
  });

  it('knows the sizes of the types', () => {
    expect([WireType.BOOL, WireType.I64, WireType.UUID, WireType.STRING, 99].map(fixedBytes)).toEqual([
      1, 8, 16, 0, 0,
    ]);
    expect([WireType.STRING, WireType.STRUCT, WireType.MAP, WireType.LIST].map(minBytes)).toEqual([
      4, 1, 6, 5,
    ]);
    expect(() => minBytes(1)).toThrow(kind('bad-type'));
  });
});
