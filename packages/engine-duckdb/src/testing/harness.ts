import type { ExecutorResult, ExecutorSession, ResultCursor, StatementContext } from '@senbon/engine-host';
import type { ColumnBatch, ColumnVector } from '@senbon/hive-thrift';
import { createDuckDbExecutor } from '../executor.ts';
import { readDuckDbOptions } from '../options.ts';

export type Cell = string | number | bigint | boolean | null;

const FETCH_ROWS = 10_000;

/** An engine on one thread more than none: tests share the machine. */
export async function openExecutor(conf: Readonly<Record<string, string>> = {}) {
  return createDuckDbExecutor(
    readDuckDbOptions(new Map(Object.entries({ 'kyuubi.engine.duckdb.threads': '2', ...conf }))),
  );
}

let sessions = 0;

export function sessionSpec(database = 'default', conf: Readonly<Record<string, string>> = {}) {
  return { id: `session-${sessions++}`, user: 'alice', conf: new Map(Object.entries(conf)), database };
}

export function statementContext(
  signal: AbortSignal = new AbortController().signal,
  confOverlay: Readonly<Record<string, string>> = {},
): StatementContext {
  return { signal, confOverlay, log: () => undefined };
}

/** Runs a statement and reads all of it. */
export async function run(
  session: ExecutorSession,
  sql: string,
  context = statementContext(),
): Promise<Cell[][]> {
  const result = await session.execute(sql, context);
  return readRows(result);
}

export async function readRows(result: ExecutorResult, fetchRows = FETCH_ROWS): Promise<Cell[][]> {
  if (result.rows === null) return [];
  const rows = await drain(result.rows.cursor, fetchRows);
  await result.rows.cursor.close();
  return rows;
}

export async function drain(cursor: ResultCursor, fetchRows = FETCH_ROWS): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  for (;;) {
    const batch = await cursor.next(fetchRows);
    if (batch === null) return rows;
    for (let row = 0; row < batch.rowCount; row++)
      rows.push(batch.columns.map((column) => cellAt(column, row)));
  }
}

/** Reads to the end and keeps nothing but the number of rows. */
export async function countRows(
  cursor: ResultCursor,
  onBatch: (batch: ColumnBatch) => void = () => undefined,
) {
  let rowCount = 0;
  for (;;) {
    const batch = await cursor.next(FETCH_ROWS);
    if (batch === null) return rowCount;
    rowCount += batch.rowCount;
    onBatch(batch);
  }
}

export function cursorOf(result: ExecutorResult): ResultCursor {
  if (result.rows === null) throw new Error('the statement has no rows');
  return result.rows.cursor;
}

/** A value as a driver sees it; binary as hexadecimal digits. */
export function cellAt(column: ColumnVector, row: number): Cell {
  if (column.nulls !== null && ((column.nulls[row >> 3] ?? 0) >> (row & 7)) & 1) return null;
  switch (column.kind) {
    case 'bool':
      return column.values[row] === 1;
    case 'string':
    case 'binary': {
      const bytes = column.data.subarray(column.offsets[row], column.offsets[row + 1]);
      return Buffer.from(bytes).toString(column.kind === 'string' ? 'utf8' : 'hex');
    }
    default:
      return column.values[row] as number | bigint;
  }
}

export async function errorOf(
  promise: Promise<unknown>,
): Promise<Error & { code?: string; sqlState?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('no error was thrown');
}
