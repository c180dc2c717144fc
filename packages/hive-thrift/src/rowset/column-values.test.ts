import { describe, expect, it } from 'vitest';
import type { ColumnKind, ColumnVector } from './column.ts';
import { columnOf, columnValues, type Value, valueAt } from './column-values.ts';

const cases: readonly [ColumnKind, readonly Value[]][] = [
  ['bool', [true, null, false]],
  ['i8', [-128, null, 127]],
  ['i16', [-32768, null, 32767]],
  ['i32', [-(2 ** 31), null, 2 ** 31 - 1]],
  ['i64', [-(2n ** 63n), null, 2n ** 63n - 1n]],
  ['double', [-1.5, null, Number.POSITIVE_INFINITY]],
  ['string', ['', null, 'abc', 'x'.repeat(1000)]],
  ['string', ['東京', null, '🚀', 'plain']],
  ['binary', [Buffer.from('a\0b'), null, Buffer.alloc(0)]],
];

describe.each(cases)('a column of %s', (kind, values) => {
  const column: ColumnVector = columnOf(kind, values as never);

  it('gives back its values', () => {
    expect(column).toMatchObject({ kind, length: values.length });
    expect(values.map((_, row) => valueAt(column, row))).toEqual(values);
    expect(columnValues(column)).toEqual(values);
  });

  it('has a mask only where it needs one', () => {
    expect(column.nulls).toEqual(Uint8Array.of(0b010));
    const whole: ColumnVector = columnOf(kind, values.filter((value) => value !== null) as never);
    expect(whole.nulls).toBeNull();
  });

  it('may be empty', () => {
    const empty: ColumnVector = columnOf(kind, [] as never);
    expect([empty.length, columnValues(empty)]).toEqual([0, []]);
  });

  it('has no rows beyond its ends', () => {
    expect(() => valueAt(column, -1)).toThrow(RangeError);
    expect(() => valueAt(column, values.length)).toThrow(
      `row ${values.length} of a column of ${values.length} rows`,
    );
  });
});

describe('columnOf', () => {
  it('does not let halves of a surrogate pair in neighbouring cells meet', () => {
    const column = columnOf('string', ['a\ud83d', '\ude00b', 'é']);
    expect(columnValues(column)).toEqual(['a\ufffd', '\ufffdb', 'é']);
    expect([...column.offsets]).toEqual([0, 4, 8, 10]);
  });

  it('wraps integers out of range, as typed arrays do', () => {
    expect(columnValues(columnOf('i8', [128, 300]))).toEqual([-128, 44]);
    expect(columnValues(columnOf('i64', [2n ** 63n]))).toEqual([-(2n ** 63n)]);
  });
});

describe('columnValues', () => {
  it('reads strings that do not start at the start of their data', () => {
    const data = Buffer.from('skipabcdefmore');
    const offsets = Int32Array.of(4, 7, 7, 10);
    const column: ColumnVector = { kind: 'string', length: 3, offsets, data, nulls: null };
    expect(columnValues(column)).toEqual(['abc', '', 'def']);
    expect(columnValues({ ...column, nulls: Uint8Array.of(0b101) })).toEqual([null, '', null]);
  });

  it('does not look at bytes beyond its rows', () => {
    const column: ColumnVector = {
      kind: 'string',
      length: 1,
      offsets: Int32Array.of(0, 1),
      data: Buffer.from('aé'),
      nulls: null,
    };
    expect(columnValues(column)).toEqual(['a']);
  });

  it('agrees with valueAt on what is not UTF-8', () => {
    const column: ColumnVector = {
      kind: 'string',
      length: 2,
      offsets: Int32Array.of(0, 1, 2),
      data: Buffer.of(0xff, 0x61),
      nulls: null,
    };
    expect(columnValues(column)).toEqual(['\ufffd', 'a']);
    expect(valueAt(column, 0)).toBe('\ufffd');
  });
});
