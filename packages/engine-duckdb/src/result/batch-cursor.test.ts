import { BatchCursor, buildRows, NullMask, sliceBatch, textColumns } from '@senbon/engine-host';
import type { ColumnBatch } from '@senbon/hive-thrift';
import { describe, expect, it } from 'vitest';
import { cellAt, drain } from '../testing/harness.ts';

const numbers = (length: number) => Array.from({ length }, (_, i) => i);

/** One column of every kind, every third row NULL. */
function mixedBatch(rowCount: number): ColumnBatch {
  const mask = new NullMask(0);
  for (const row of numbers(rowCount)) if (row % 3 === 0) mask.appendNull(row);
  const common = { length: rowCount, nulls: mask.finish() };
  const text = buildRows(
    textColumns('t'),
    numbers(rowCount).map((i) => [`é${i}`]),
  ).columns[0];
  if (text?.kind !== 'string') throw new Error('no text column');
  return {
    rowCount,
    columns: [
      { kind: 'bool', values: Uint8Array.from(numbers(rowCount), (i) => i % 2), ...common },
      { kind: 'i8', values: Int8Array.from(numbers(rowCount)), ...common },
      { kind: 'i16', values: Int16Array.from(numbers(rowCount)), ...common },
      { kind: 'i32', values: Int32Array.from(numbers(rowCount)), ...common },
      { kind: 'i64', values: BigInt64Array.from(numbers(rowCount), BigInt), ...common },
      { kind: 'double', values: Float64Array.from(numbers(rowCount)), ...common },
      { ...text, nulls: common.nulls },
      { ...text, kind: 'binary', nulls: null },
    ],
  };
}

const rowsOf = (batch: ColumnBatch) =>
  numbers(batch.rowCount).map((row) => batch.columns.map((column) => cellAt(column, row)));

describe('sliceBatch', () => {
  it('cuts every kind of column at every place', () => {
    const batch = mixedBatch(19);
    const whole = rowsOf(batch);
    for (let from = 0; from <= 19; from++) {
      for (let to = from; to <= 19; to++)
        expect(rowsOf(sliceBatch(batch, from, to))).toEqual(whole.slice(from, to));
    }
  });

  it('takes masks that are shorter than their rows', () => {
    const batch: ColumnBatch = {
      rowCount: 20,
      columns: [{ kind: 'i8', length: 20, values: new Int8Array(20), nulls: Uint8Array.of(2) }],
    };
    expect(rowsOf(sliceBatch(batch, 1, 20)).flat()).toEqual([null, ...Array.from({ length: 18 }, () => 0)]);
  });
});

describe('NullMask', () => {
  it('turns DuckDB’s bits over, at any offset', () => {
    const valid = (row: number) => row % 5 !== 2 && row % 7 !== 0;
    const validity = new Uint8Array(16).fill(0xff);
    for (const row of numbers(128))
      if (!valid(row)) validity[row >> 3] = (validity[row >> 3] as number) & ~(1 << (row & 7));
    for (const at of [0, 3, 8]) {
      for (const from of [0, 5, 16]) {
        for (const to of [from, from + 1, from + 9, 100, 128]) {
          const mask = new NullMask(0);
          mask.append(null, 0, at, 0);
          mask.append(validity, from, to, at);
          const bytes = mask.finish() ?? new Uint8Array(0);
          const bits = numbers(at + to - from).map((row) => ((bytes[row >> 3] ?? 0) >> (row & 7)) & 1);
          expect(bits).toEqual([
            ...numbers(at).map(() => 0),
            ...numbers(to - from).map((i) => (valid(from + i) ? 0 : 1)),
          ]);
        }
      }
    }
  });

  it('is none when no row is NULL', () => {
    const mask = new NullMask(8);
    mask.append(new Uint8Array(8).fill(0xff), 0, 64, 0);
    expect(mask.finish()).toBeNull();
  });
});

describe('BatchCursor', () => {
  it('hands out batches in the pieces that are asked for, and at least a row', async () => {
    const batches = [mixedBatch(3), mixedBatch(0), mixedBatch(5)];
    const expected = batches.flatMap(rowsOf);
    for (const fetchRows of [0, 1, 2, 4, 100]) {
      const left = [...batches];
      const cursor = new BatchCursor(async () => left.shift() ?? null);
      expect(await drain(cursor, fetchRows)).toEqual(expected);
      expect(await cursor.next(1)).toBeNull();
      await cursor.close();
    }
  });
});
