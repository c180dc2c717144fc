import { type ColumnBatch, columnOf, type Value, valueAt } from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import type { HiveTypeName } from '../executor.ts';
import { byteSizeOf, concatBatches, emptyBatch, kindOf, rowsWithin, sliceBatch } from './batches.ts';

function batchOf(rows: number, from = 0): ColumnBatch {
  const numbers = Array.from({ length: rows }, (_, i) => from + i);
  const some = <T>(value: (n: number) => T) => numbers.map((n) => (n % 5 === 3 ? null : value(n)));
  return {
    rowCount: rows,
    columns: [
      columnOf(
        'bool',
        some((n) => n % 2 === 0),
      ),
      columnOf(
        'i8',
        some((n) => n % 100),
      ),
      columnOf('i16', numbers),
      columnOf(
        'i32',
        some((n) => n),
      ),
      columnOf(
        'i64',
        some((n) => BigInt(n)),
      ),
      columnOf(
        'double',
        some((n) => n / 2),
      ),
      columnOf(
        'string',
        some((n) => 'é'.repeat(n % 4)),
      ),
      columnOf(
        'binary',
        some((n) => Uint8Array.of(n & 255)),
      ),
    ],
  };
}

function cellsOf(batch: ColumnBatch): readonly (readonly Value[])[] {
  for (const column of batch.columns) expect(column.length).toBe(batch.rowCount);
  return Array.from({ length: batch.rowCount }, (_, row) =>
    batch.columns.map((column) => {
      const value = valueAt(column, row);
      return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
    }),
  );
}

it('slices at every place, also inside a byte of the null mask', () => {
  const batch = batchOf(37);
  const cells = cellsOf(batch);
  for (let from = 0; from <= 37; from++) {
    for (let to = from; to <= 37; to++)
      expect(cellsOf(sliceBatch(batch, from, to))).toEqual(cells.slice(from, to));
  }
});

it('leaves no bit behind the last row of a slice', () => {
  const batch: ColumnBatch = { rowCount: 16, columns: [columnOf('i32', Array<null>(16).fill(null))] };
  expect([...(sliceBatch(batch, 8, 11).columns[0]?.nulls ?? [])]).toEqual([0b111]);
  expect([...(sliceBatch(batch, 3, 6).columns[0]?.nulls ?? [])]).toEqual([0b111]);
  expect([...(batch.columns[0]?.nulls ?? [])]).toEqual([0xff, 0xff]);
});

it('reads a null mask that is shorter than the rows', () => {
  const values = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  const batch: ColumnBatch = {
    rowCount: 10,
    columns: [{ kind: 'i32', length: 10, values, nulls: Uint8Array.of(1) }],
  };
  expect(cellsOf(sliceBatch(batch, 0, 10))[9]).toEqual([10]);
  expect(cellsOf(sliceBatch(batch, 8, 10))).toEqual([[9], [10]]);
  expect(cellsOf(concatBatches([sliceBatch(batch, 7, 10), batch]))[3]).toEqual([null]);
});

it('joins what it cut, wherever it cut', () => {
  const whole = batchOf(40);
  const cells = cellsOf(whole);
  for (const cuts of [[8], [1, 2, 3], [7, 8, 9, 33], [16, 24]]) {
    const edges = [0, ...cuts, 40];
    const parts = edges.slice(1).map((to, i) => sliceBatch(whole, edges[i] as number, to));
    expect(cellsOf(concatBatches(parts))).toEqual(cells);
  }
});

it('joins batches with and without NULLs', () => {
  const some: ColumnBatch = { rowCount: 2, columns: [columnOf('i32', [1, null])] };
  const none: ColumnBatch = { rowCount: 3, columns: [columnOf('i32', [2, 3, 4])] };
  expect(cellsOf(concatBatches([none, some, none])).flat()).toEqual([2, 3, 4, 1, null, 2, 3, 4]);
  expect(concatBatches([none, none]).columns[0]?.nulls).toBeNull();
});

it('refuses to join columns of different kinds', () => {
  const numbers: ColumnBatch = { rowCount: 1, columns: [columnOf('i32', [1])] };
  const strings: ColumnBatch = { rowCount: 1, columns: [columnOf('string', ['x'])] };
  expect(() => concatBatches([numbers, strings])).toThrow(TypeError);
  expect(() => concatBatches([strings, numbers])).toThrow(TypeError);
  expect(() => concatBatches([])).toThrow(RangeError);
});

it('counts bytes about as the wire does', () => {
  const batch: ColumnBatch = {
    rowCount: 3,
    columns: [columnOf('i64', [1n, 2n, 3n]), columnOf('string', ['', 'ab', 'é'])],
  };
  expect(byteSizeOf(batch)).toBe(24 + 12 + 4);
  expect(byteSizeOf(sliceBatch(batch, 1, 3))).toBe(16 + 8 + 4);
});

it('finds how many rows fit', () => {
  const batch: ColumnBatch = { rowCount: 5, columns: [columnOf('string', ['', 'abcd', '', 'abcdefgh', ''])] };
  const brute = (maxBytes: number) => {
    let rows = 0;
    while (rows < 5 && byteSizeOf(sliceBatch(batch, 0, rows + 1)) <= maxBytes) rows++;
    return rows;
  };
  for (let maxBytes = 0; maxBytes < 40; maxBytes++)
    expect(rowsWithin(batch, 100, maxBytes)).toBe(brute(maxBytes));
  expect(rowsWithin(batch, 2, 1000)).toBe(2);
});

it('makes empty columns of every type, in the vector that carries it', () => {
  const kinds: Partial<Record<HiveTypeName, string>> = {
    BOOLEAN: 'bool',
    TINYINT: 'i8',
    SMALLINT: 'i16',
    INT: 'i32',
    BIGINT: 'i64',
    FLOAT: 'double',
    DOUBLE: 'double',
    BINARY: 'binary',
    DECIMAL: 'string',
    TIMESTAMP: 'string',
    MAP: 'string',
    NULL: 'string',
  };
  const schema = (Object.keys(kinds) as HiveTypeName[]).map((name) => ({ name, type: { name } }));
  expect(schema.map(kindOf)).toEqual(Object.values(kinds));
  const batch = emptyBatch(schema);
  expect(cellsOf(batch)).toEqual([]);
  expect(batch.columns.map((column) => column.kind)).toEqual(Object.values(kinds));
});
