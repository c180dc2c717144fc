import { describe, expect, it } from 'vitest';
import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { MAX_DEPTH, MAX_MAP_ENTRIES } from '../bytes/limits.ts';
import type { Codec, MessageOf } from './codec.ts';
import { list, map } from './containers.ts';
import { bool, enumeration, i32, i64, string } from './scalars.ts';
import { field, struct, union } from './struct.ts';

const Colour = { RED: 0, GREEN: 1 } as const;
const Point = struct('Point', {
  x: field(1, i32, 'required'),
  y: field(2, i32, 'required'),
  label: field(3, string, 'optional'),
  colour: field(7, enumeration(Colour), 'optional'),
});
type Point = MessageOf<typeof Point>;
const Choice = union('Choice', { number: field(1, i32, 'optional'), text: field(2, string, 'optional') });
type Choice = MessageOf<typeof Choice>;

const decode = <T>(codec: Codec<T>, hex: string): T =>
  codec.read(new ByteReader(Buffer.from(hex.replaceAll(' ', ''), 'hex')));
const encode = <T>(codec: Codec<T>, value: T): string => {
  const writer = new ByteWriter();
  codec.write(writer, value);
  return Buffer.from(writer.finish()).toString('hex');
};
const kind = (name: string) => expect.objectContaining({ name: 'ThriftProtocolError', kind: name });

describe('struct', () => {
  it('writes type, id and value of each field in the order of the table', () => {
    const point: Point = { label: 'a', y: 2, x: 1 };
    expect(encode(Point, point)).toBe('080001000000010800020000000' + '20b00030000000161' + '00');
  });

  it('reads fields in any order', () => {
    expect(decode(Point, '0b0003 00000001 61 080002 00000002 080001 00000001 00')).toEqual({
      x: 1,
      y: 2,
      label: 'a',
    });
  });

  it('leaves the key of an absent field out', () => {
    expect(Object.keys(decode(Point, '080001 00000001 080002 00000002 00'))).toEqual(['x', 'y']);
  });

  it('takes undefined for absent when writing', () => {
    const loose = { x: 1, y: 2, label: undefined } as unknown as Point;
    expect(encode(Point, loose)).toBe(encode(Point, { x: 1, y: 2 }));
  });

  it('passes over fields it does not know, of whatever type', () => {
    const unknown =
      '0c0063 0f0001 0b 00000002 00000001 61 00000000 00 0d0064 0b08 00000001 00000001 6b 00000009';
    expect(decode(Point, `${unknown} 080001 00000001 080002 00000002 00`)).toEqual({ x: 1, y: 2 });
    expect(decode(Point, '08ffff 00000009 080001 00000001 080002 00000002 00')).toEqual({ x: 1, y: 2 });
  });

  it('passes over a known field of another type, and misses it if it must be there', () => {
    expect(decode(Point, '080001 00000001 080002 00000002 080003 00000005 00')).toEqual({ x: 1, y: 2 });
    expect(() => decode(Point, '0a0001 0000000000000001 080002 00000002 00')).toThrow(
      "Point lacks its required field 1 'x'",
    );
  });

  it('keeps the last of two fields with one id, as generated readers do', () => {
    expect(decode(Point, '080001 00000001 080002 00000002 080001 00000009 00').x).toBe(9);
  });

  it('lets enum numbers of newer peers through', () => {
    expect(decode(Point, '080001 00000001 080002 00000002 080007 00000063 00').colour).toBe(99);
    expect(Point.print({ x: 1, y: 2, colour: 99 as never })).toBe('Point { x: 1, y: 2, colour: 99 }');
    expect(Point.print({ x: 1, y: 2, colour: Colour.GREEN })).toBe('Point { x: 1, y: 2, colour: GREEN }');
  });

  it('does not follow nesting for ever', () => {
    let nested: Codec<unknown> = Point as Codec<unknown>;
    for (let i = 0; i < MAX_DEPTH; i++)
      nested = struct('Nested', { in: field(1, nested, 'required') }) as Codec<unknown>;
    let value: unknown = { x: 1, y: 2 };
    for (let i = 0; i < MAX_DEPTH; i++) value = { in: value };
    const hex = encode(nested, value);
    expect(() => decode(nested, hex)).toThrow(kind('too-deep'));
  });

  it('cannot be made to set keys of Object', () => {
    expect(Object.getPrototypeOf(decode(Point, '080001 00000001 080002 00000002 00'))).toBe(Object.prototype);
  });
});

describe('union', () => {
  it('has exactly one field', () => {
    const choice: Choice = { text: 'a' };
    expect(encode(Choice, choice)).toBe('0b00020000000161' + '00');
    expect(decode(Choice, '080001 00000005 00')).toEqual({ number: 5 });
  });

  it('of none or of two is refused both ways', () => {
    expect(() => decode(Choice, '00')).toThrow(kind('bad-message'));
    expect(() => decode(Choice, '080001 00000005 0b0002 00000000 00')).toThrow(kind('bad-message'));
    expect(() => decode(Choice, '080001 00000005 080001 00000006 00')).toThrow(kind('bad-message'));
    expect(() => encode(Choice, {} as Choice)).toThrow('union Choice has 0 fields set instead of one');
    expect(() => encode(Choice, { number: 1, text: 'a' } as unknown as Choice)).toThrow(kind('bad-message'));
  });

  it('with only a field that a newer peer knows is refused', () => {
    expect(() => decode(Choice, '080009 00000005 00')).toThrow(kind('bad-message'));
  });
});

describe('list', () => {
  it('writes element type, count and elements', () => {
    expect(encode(list(i32), [1, 2])).toBe('08000000020000000100000002');
    expect(encode(list(string), [])).toBe('0b00000000');
  });

  it('takes any element type when it is empty', () => {
    expect(decode(list(i32), '00 00000000')).toEqual([]);
  });

  it('refuses elements of another type', () => {
    expect(() => decode(list(i32), '0a 00000001 0000000000000001')).toThrow(kind('bad-type'));
  });

  it('refuses counts beyond the bytes before it allocates', () => {
    expect(() => decode(list(i64), '0a 00ffffff 00000000')).toThrow(kind('truncated'));
    expect(() => decode(list(bool), '02 7fffffff 01')).toThrow(kind('too-large'));
    expect(() => decode(list(Point), '0c 00000002 00 00')).toThrow(kind('truncated'));
  });

  it('prints some elements only', () => {
    expect(list(i32).print([1, 2])).toBe('[1, 2]');
    expect(list(i32).print(Array.from({ length: 30 }, (_, i) => i))).toMatch(/^\[0, 1, .*19, … \(30\)\]$/);
  });
});

describe('map', () => {
  it('writes both types, count and entries', () => {
    expect(encode(map(i32), new Map([['k', 5]]))).toBe('0b08000000010000000' + '16b00000005');
    expect(decode(map(string), '0b0b 00000001 00000001 6b 00000001 76')).toEqual(new Map([['k', 'v']]));
  });

  it('takes any types when it is empty', () => {
    expect(decode(map(i32), '00 00 00000000')).toEqual(new Map());
  });

  it('refuses other types', () => {
    expect(() => decode(map(i32), '0808 00000001 00000001 00000001')).toThrow('map key of wire type 8');
    expect(() => decode(map(i32), '0b0b 00000001 00000000 00000000')).toThrow('map value of wire type 11');
  });

  it('refuses counts beyond the bytes', () => {
    expect(() => decode(map(string), '0b0b 00000003 00000000 00000000')).toThrow(kind('truncated'));
  });

  it('keeps keys that objects would stumble over', () => {
    const entries = new Map([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(decode(map(string), encode(map(string), entries))).toEqual(entries);
  });
});

describe('a map of too many entries', () => {
  it.each([MAX_MAP_ENTRIES + 1, 0x7fff_ffff, -1])('%i: is refused before any is read', (count) => {
    const bytes = Buffer.alloc(6 + 8 * (MAX_MAP_ENTRIES + 1));
    bytes.set([11, 11]);
    bytes.writeInt32BE(count, 2);
    expect(() => map(string).read(new ByteReader(bytes))).toThrow(kind('too-large'));
  });

  it('the most that may be is read', () => {
    const bytes = Buffer.alloc(6 + 8 * MAX_MAP_ENTRIES);
    bytes.set([11, 11]);
    bytes.writeInt32BE(MAX_MAP_ENTRIES, 2);
    expect(map(string).read(new ByteReader(bytes))).toEqual(new Map([['', '']]));
  });
});
