import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBResult,
} from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChunkColumn } from '../result/chunk-column.ts';
import { cellAt } from '../testing/harness.ts';
import { blobAppender, varcharAppender } from './string-appender.ts';

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  await connection.run(`CREATE TABLE words AS SELECT i, CASE i % 7
    WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'twelve bytes' WHEN 3 THEN 'thirteen byte'
    WHEN 4 THEN repeat('long ', i % 50) WHEN 5 THEN 'naïve 千本 🦊 ' || i ELSE md5(i::VARCHAR) END AS w FROM range(20000) t(i)`);
});
afterAll(() => connection.closeSync());

async function chunksOf(result: DuckDBResult): Promise<DuckDBDataChunk[]> {
  const chunks: DuckDBDataChunk[] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return chunks;
    chunks.push(chunk);
  }
}

/** Texts of the first column by the raw bytes, and by the library, in slices of `step` rows. */
async function bothWays(sql: string, step: number) {
  const fast: unknown[] = [];
  const slow: unknown[] = [];
  for (const chunk of await chunksOf(await connection.stream(sql))) {
    const appender = varcharAppender(8);
    const column = new ChunkColumn(chunk, 0);
    let size = 0;
    for (let from = 0; from < chunk.rowCount; from += step) {
      const to = Math.min(chunk.rowCount, from + step);
      size += appender.sizeOf(column, from, to);
      appender.append(column, from, to);
    }
    const vector = appender.finish();
    expect(vector.length).toBe(chunk.rowCount);
    if (vector.kind === 'string') expect(size).toBe(vector.data.length + vector.length * 4);
    for (let row = 0; row < chunk.rowCount; row++) fast.push(cellAt(vector, row));
    slow.push(...chunk.getColumnValues(0));
  }
  return { fast, slow };
}

describe('strings by their raw bytes', () => {
  it.each([
    ['a table scan', 'SELECT w FROM words'],
    ['an order', 'SELECT w FROM words ORDER BY hash(i)'],
    ['a backward order', 'SELECT w FROM words ORDER BY i DESC'],
    ['a filter', 'SELECT w FROM words WHERE i % 3 = 0'],
    ['a join', 'SELECT a.w FROM words a JOIN words b ON a.i = b.i + 1'],
    ['an expression', "SELECT w || '-' || i FROM words"],
    ['a constant', "SELECT 'always the same long text' FROM words"],
    ['few distinct values', "SELECT 'a dictionary entry ' || (i % 5) FROM words"],
    ['an aggregate', 'SELECT w FROM words GROUP BY w'],
    ['a lateral list', "SELECT unnest([w, 'x', w]) FROM words"],
    ['only NULLs', 'SELECT NULL::VARCHAR FROM words'],
    ['short texts', 'SELECT i::VARCHAR FROM words'],
    ['huge texts', "SELECT repeat('x', 100000 + i::INTEGER) FROM range(40) t(i)"],
  ])('%s reads as the library reads it', async (_name, sql) => {
    for (const step of [2048, 1000, 7]) {
      const { fast, slow } = await bothWays(sql, step);
      expect(fast).toEqual(slow);
      expect(fast.length).toBeGreaterThan(0);
    }
  });

  it('reads stored, compressed columns of a file as the library does', async () => {
    const { mkdtemp, rm } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const directory = await mkdtemp(`${tmpdir()}/senbon-strings-`);
    await connection.run(`ATTACH '${directory}/words.duckdb' AS stored`);
    await connection.run(`CREATE TABLE stored.words AS SELECT w, 'status of ' || (i % 3) AS s FROM words`);
    await connection.run('CHECKPOINT stored');
    for (const column of ['w', 's']) {
      const { fast, slow } = await bothWays(`SELECT ${column} FROM stored.words`, 2048);
      expect(fast).toEqual(slow);
    }
    await connection.run('DETACH stored');
    await rm(directory, { recursive: true });
  });

  it('takes BLOBs as they are', async () => {
    const [chunk] = await chunksOf(
      await connection.stream(`SELECT unhex(md5(i::VARCHAR)) FROM range(100) t(i)`),
    );
    if (chunk === undefined) throw new Error('no chunk');
    const appender = blobAppender(1);
    appender.append(new ChunkColumn(chunk, 0), 0, chunk.rowCount);
    const vector = appender.finish();
    const hex = Array.from({ length: chunk.rowCount }, (_, row) => cellAt(vector, row));
    const rows = await (await connection.run('SELECT md5(i::VARCHAR) FROM range(100) t(i)')).getRows();
    expect(hex).toEqual(rows.map(([text]) => text));
  });
});
