import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ColumnBatch, columnOf, valueAt } from '@senbon/hive-thrift';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { ResultHistory, type RewindBudget } from './result-history.ts';

const MEBIBYTE = 1024 * 1024;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'senbon-history-'));
});

afterEach(async () => {
  // The spool file has no name: there is nothing to find, before close and after.
  expect(await readdir(directory)).toEqual([]);
  await rm(directory, { recursive: true });
});

function budgetOf(
  maxMemoryBytes: number,
  maxFileBytes: number,
  maxDiskBytes = Number.MAX_SAFE_INTEGER,
): RewindBudget {
  const [memory, disk] = [new ByteBudget(maxMemoryBytes), new ByteBudget(maxDiskBytes)];
  return { memory, disk, maxFileBytes, directory };
}

/** `rows` rows of about `bytes` each, numbered from `from`; every third string is NULL. */
function batchOf(from: number, rows: number, bytes: number): ColumnBatch {
  const numbers = Array.from({ length: rows }, (_, i) => from + i);
  return {
    rowCount: rows,
    columns: [
      columnOf('i64', numbers.map(BigInt)),
      columnOf(
        'string',
        numbers.map((n) => (n % 3 === 0 ? null : String(n).padEnd(bytes, '.'))),
      ),
      columnOf(
        'i8',
        numbers.map((n) => n % 100),
      ),
      columnOf(
        'double',
        numbers.map((n) => n / 4),
      ),
      columnOf(
        'bool',
        numbers.map((n) => n % 2 === 0),
      ),
    ],
  };
}

async function fill(history: ResultHistory, batches: number, rows: number, bytes: number): Promise<void> {
  for (let i = 0; i < batches; i++) await history.append(batchOf(i * rows, rows, bytes));
}

async function expectAllRows(history: ResultHistory, maxRows: number, bytes: number): Promise<void> {
  for (let row = 0; row < history.rowCount; ) {
    const batch = await history.read(row, maxRows, 'FETCH_NEXT');
    expect(batch.rowCount).toBeGreaterThan(0);
    expect(batch.rowCount).toBeLessThanOrEqual(maxRows);
    for (let i = 0; i < batch.rowCount; i++, row++) {
      const cells = batch.columns.map((column) => valueAt(column, i));
      const text = row % 3 === 0 ? null : String(row).padEnd(bytes, '.');
      expect(cells).toEqual([BigInt(row), text, row % 100, row / 4, row % 2 === 0]);
    }
  }
}

it('gives back a small result from memory, at any row', async () => {
  const budget = budgetOf(MEBIBYTE, 0);
  const history = new ResultHistory(budget);
  await fill(history, 5, 10, 8);
  expect(history.rowCount).toBe(50);
  await expectAllRows(history, 3, 8);
  await expectAllRows(history, 100, 8);
  expect(budget.memory.freeBytes).toBeLessThan(MEBIBYTE);
  await history.close();
  expect(budget.memory.freeBytes).toBe(MEBIBYTE);
});

it('gives back a large result from its file, in order and in part', async () => {
  const budget = budgetOf(64 * MEBIBYTE, 100 * MEBIBYTE);
  const history = new ResultHistory(budget);
  history.keepAll();
  await fill(history, 40, 250, 2000);
  await expectAllRows(history, 100, 2000);
  expect((await history.read(9_999, 10, 'FETCH_PRIOR')).rowCount).toBe(1);
  await history.close();
  expect(budget.memory.freeBytes).toBe(64 * MEBIBYTE);
});

it('uses a file for a small result too when the engine’s memory is used up', async () => {
  const history = new ResultHistory(budgetOf(0, 0));
  await fill(history, 5, 10, 8);
  await expectAllRows(history, 7, 8);
  await history.close();
});

it('forgets a large result of a client that never went back', async () => {
  const budget = budgetOf(64 * MEBIBYTE, 100 * MEBIBYTE);
  const history = new ResultHistory(budget);
  await fill(history, 40, 250, 2000);
  expect(history.rowCount).toBe(10_000);
  expect(budget.memory.freeBytes).toBe(64 * MEBIBYTE);
  await expect(history.read(0, 10, 'FETCH_FIRST')).rejects.toMatchObject({
    code: 'FETCH_ORIENTATION',
    message: expect.stringContaining('kyuubi.engine.result.rewind.always'),
  });
  await history.close();
});

it('forgets a result beyond the bound, whole', async () => {
  const history = new ResultHistory(budgetOf(0, 5 * MEBIBYTE));
  history.keepAll();
  await fill(history, 40, 250, 2000);
  await expect(history.read(0, 10, 'FETCH_FIRST')).rejects.toThrow(/file.size/);
  await history.append(batchOf(10_000, 1, 1));
  expect(history.rowCount).toBe(10_001);
  await history.close();
});

it('forgets a result for which the others of the engine leave no disk, and gives back what it had', async () => {
  const budget = budgetOf(0, 100 * MEBIBYTE, 3 * MEBIBYTE);
  const [one, two] = [new ResultHistory(budget), new ResultHistory(budget)];
  one.keepAll();
  two.keepAll();
  await fill(one, 6, 250, 2000);
  await fill(two, 6, 250, 2000);
  await expectAllRows(one, 100, 2000);
  await expect(two.read(0, 10, 'FETCH_FIRST')).rejects.toThrow(/rewind\.disk\.size/);
  await one.close();
  expect(budget.disk.freeBytes).toBe(3 * MEBIBYTE);
  await two.close();
  expect(budget.disk.freeBytes).toBe(3 * MEBIBYTE);
});

it('forgets, and does not fail, when the file cannot be written', async () => {
  const gone = { ...budgetOf(0, MEBIBYTE), directory: join(directory, 'nowhere') };
  const history = new ResultHistory(gone);
  await history.append(batchOf(0, 10, 10));
  await expect(history.read(0, 10, 'FETCH_FIRST')).rejects.toThrow(/could not be written/);
  await history.close();
  expect(gone.disk.freeBytes).toBe(gone.disk.maxBytes);
});

it('closes while it writes, and twice', async () => {
  const history = new ResultHistory(budgetOf(0, 100 * MEBIBYTE));
  history.keepAll();
  await history.append(batchOf(0, 1000, 2000));
  await Promise.all([history.close(), history.close()]);
});
