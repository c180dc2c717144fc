import { tmpdir } from 'node:os';
import { SenbonError } from '@senbon/core';
import { type ColumnBatch, columnOf, valueAt } from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import type { ResultCursor } from '../executor.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { ByteBudget } from './byte-budget.ts';
import { MAX_REPLY_BYTES, ResultReader } from './result-reader.ts';

const schema = [{ name: 'n', type: { name: 'INT' as const } }];

/** Hands out rows in pieces of at most `chunk`, and notes how it was used. */
class Cursor implements ResultCursor {
  readonly asked: number[] = [];
  readonly #rows: number;
  readonly #chunk: number;
  closed = 0;
  reading = 0;
  at = 0;
  gate: Promise<void> = Promise.resolve();
  failAt = Infinity;

  constructor(rows: number, chunk = Infinity) {
    this.#rows = rows;
    this.#chunk = chunk;
  }

  async next(maxRows: number): Promise<ColumnBatch | null> {
    this.asked.push(maxRows);
    this.reading++;
    expect(this.reading, 'reads overlap').toBe(1);
    await this.gate;
    this.reading--;
    if (this.at >= this.failAt) throw new Error(`broke at ${this.at}`);
    const rows = Math.min(maxRows, this.#chunk, this.#rows - this.at);
    if (rows === 0) return null;
    const numbers = Array.from({ length: rows }, (_, i) => this.at + i);
    this.at += rows;
    return { rowCount: rows, columns: [columnOf('i32', numbers)] };
  }

  async close(): Promise<void> {
    expect(this.reading, 'closed during a read').toBe(0);
    this.closed++;
  }
}

function readerOf(
  cursor: ResultCursor,
  options: { resultMaxRows?: number; clock?: FakeClock } = {},
): ResultReader {
  return new ResultReader({
    cursor,
    schema,
    resultMaxRows: options.resultMaxRows ?? 0,
    budget: {
      memory: new ByteBudget(1 << 20),
      disk: new ByteBudget(1 << 20),
      maxFileBytes: 1 << 20,
      directory: tmpdir(),
    },
    keepsAll: false,
    clock: options.clock ?? new FakeClock(),
  });
}

function numbersOf({ batch }: { readonly batch: ColumnBatch }): readonly number[] {
  const [column] = batch.columns;
  if (column === undefined) throw new Error('no column');
  return Array.from({ length: batch.rowCount }, (_, row) => Number(valueAt(column, row)));
}

it.each([1, 3, 7, 256, 257, 2048, Infinity])('fills replies from pieces of %d rows', async (chunk) => {
  const cursor = new Cursor(3000, chunk);
  const reader = readerOf(cursor);
  let expected = 0;
  for (;;) {
    const reply = await reader.fetch('FETCH_NEXT', 700);
    expect(reply.startRow).toBe(expected);
    const numbers = numbersOf(reply);
    expect(numbers).toEqual(numbers.map((_, i) => expected + i));
    expected += numbers.length;
    if (numbers.length === 0) break;
    expect(numbers.length).toBe(Math.min(700, 3000 - expected + numbers.length));
  }
  expect(expected).toBe(3000);
  expect(cursor.closed).toBe(1);
});

it('knows the end of a small result with its first reply', async () => {
  const cursor = new Cursor(3);
  const reader = readerOf(cursor);
  expect(await reader.fetch('FETCH_NEXT', 1000)).toMatchObject({ startRow: 0, hasMoreRows: false });
  expect(reader.isExhausted).toBe(true);
  expect(cursor.closed).toBe(1);
  const asked = cursor.asked.length;
  expect(await reader.fetch('FETCH_NEXT', 1000)).toMatchObject({ startRow: 3, hasMoreRows: false });
  expect(cursor.asked).toHaveLength(asked);
});

it('has columns when there is no row', async () => {
  const { batch } = await readerOf(new Cursor(0)).fetch('FETCH_FIRST', 10);
  expect(batch).toMatchObject({ rowCount: 0, columns: [{ kind: 'i32', length: 0 }] });
});

it('asks for few rows before it knows how large they are', async () => {
  const cursor = new Cursor(100_000);
  const reader = readerOf(cursor);
  await reader.fetch('FETCH_NEXT', 50_000);
  expect(cursor.asked[0]).toBe(256);
  expect(Math.max(...cursor.asked)).toBeLessThanOrEqual(50_000);
  await reader.close();
});

it('asks for no more rows of a kind than fit a reply', async () => {
  const asked: number[] = [];
  const wide = 'x'.repeat(100_000);
  const reader = readerOf({
    next: async (maxRows) => {
      asked.push(maxRows);
      return { rowCount: maxRows, columns: [columnOf('string', Array<string>(maxRows).fill(wide))] };
    },
    close: async () => {},
  });
  await reader.fetch('FETCH_NEXT', 10_000);
  await reader.fetch('FETCH_NEXT', 10_000);
  await reader.fetch('FETCH_NEXT', 10_000);
  expect(asked[0]).toBe(256);
  expect(Math.max(...asked.slice(1))).toBeLessThanOrEqual(MAX_REPLY_BYTES / wide.length);
  await reader.close();
});

it('reads ahead once for a client that takes full replies, and never for one reply', async () => {
  const cursor = new Cursor(10_000);
  const reader = readerOf(cursor);
  await reader.fetch('FETCH_NEXT', 100);
  await settle();
  expect(cursor.at).toBe(200);
  expect(numbersOf(await reader.fetch('FETCH_NEXT', 50))).toEqual(
    Array.from({ length: 50 }, (_, i) => 100 + i),
  );
  await settle();
  // The other half of what was read ahead comes first.
  expect(cursor.at).toBe(200);
  await reader.close();
  expect(cursor.closed).toBe(1);
});

it('answers with what there is when the rest is slow to come', async () => {
  const clock = new FakeClock();
  const cursor = new Cursor(100, 10);
  const reader = readerOf(cursor, { clock });
  const next = cursor.next.bind(cursor);
  cursor.next = async (maxRows) => {
    await clock.advance(150);
    return next(maxRows);
  };
  expect((await reader.fetch('FETCH_NEXT', 100)).batch.rowCount).toBe(20);
  await reader.close();
});

it('ends at the most rows wanted, without reading further', async () => {
  const cursor = new Cursor(1000);
  const reader = readerOf(cursor, { resultMaxRows: 300 });
  expect((await reader.fetch('FETCH_NEXT', 250)).batch.rowCount).toBe(250);
  expect(await reader.fetch('FETCH_NEXT', 250)).toMatchObject({
    batch: { rowCount: 50 },
    hasMoreRows: false,
  });
  expect(cursor.at).toBe(300);
  expect(cursor.closed).toBe(1);
});

it('skips pieces without rows', async () => {
  const cursor = new Cursor(10, 5);
  const next = cursor.next.bind(cursor);
  let calls = 0;
  cursor.next = async (maxRows) => {
    if (calls++ % 2 === 0) return { rowCount: 0, columns: [columnOf('i32', [])] };
    return next(maxRows);
  };
  expect(numbersOf(await readerOf(cursor).fetch('FETCH_NEXT', 100))).toHaveLength(10);
});

it('stays broken once a read has failed, also one ahead', async () => {
  const cursor = new Cursor(1000);
  cursor.failAt = 100;
  const reader = readerOf(cursor);
  await reader.fetch('FETCH_NEXT', 100);
  await settle();
  await expect(reader.fetch('FETCH_NEXT', 100)).rejects.toThrow('broke at 100');
  expect(reader.failure).toBeInstanceOf(SenbonError);
  cursor.failAt = Infinity;
  await expect(reader.fetch('FETCH_NEXT', 100)).rejects.toThrow('broke at 100');
  expect(numbersOf(await reader.fetch('FETCH_FIRST', 2))).toEqual([0, 1]);
  await reader.close();
});

it('waits for a read under way before it closes the cursor', async () => {
  const cursor = new Cursor(1000);
  let open = () => {};
  cursor.gate = new Promise((resolve) => {
    open = resolve;
  });
  const reader = readerOf(cursor);
  const fetched = reader.fetch('FETCH_NEXT', 10);
  await settle();
  const closed = reader.close();
  await settle();
  expect(cursor.closed).toBe(0);
  open();
  await closed;
  expect(cursor.closed).toBe(1);
  expect((await fetched).batch.rowCount).toBe(10);
  await expect(reader.fetch('FETCH_NEXT', 10)).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
  await reader.close();
  expect(cursor.closed).toBe(1);
});

it('goes back and forth like a cursor', async () => {
  const reader = readerOf(new Cursor(30));
  const rows = async (orientation: 'FETCH_NEXT' | 'FETCH_PRIOR' | 'FETCH_FIRST', maxRows: number) =>
    numbersOf(await reader.fetch(orientation, maxRows));
  expect(await rows('FETCH_PRIOR', 5)).toEqual([0, 1, 2, 3, 4]);
  expect(await rows('FETCH_NEXT', 2)).toEqual([5, 6]);
  expect(await rows('FETCH_PRIOR', 2)).toEqual([3, 4]);
  expect(await rows('FETCH_FIRST', 1)).toEqual([0]);
  expect(await rows('FETCH_NEXT', 3)).toEqual([1, 2, 3]);
  expect(await rows('FETCH_PRIOR', 100)).toEqual([0, 1, 2, 3, 4]);
  expect(await rows('FETCH_NEXT', 100)).toEqual([5, 6]);
  expect(await rows('FETCH_NEXT', 100)).toEqual(Array.from({ length: 23 }, (_, i) => 7 + i));
  expect(await rows('FETCH_NEXT', 0)).toEqual([]);
});
