import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Executor, ExecutorSession } from '@senbon/engine-host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  countRows,
  cursorOf,
  drain,
  errorOf,
  openExecutor,
  readRows,
  run,
  sessionSpec,
  statementContext,
} from '../testing/harness.ts';
import { MAX_BATCH_BYTES } from './stream-cursor.ts';

let executor: Executor;
let session: ExecutorSession;

beforeEach(async () => {
  executor = await openExecutor();
  session = await executor.openSession(sessionSpec());
});
afterEach(async () => {
  await executor.close();
});

const open = async (sql: string, signal?: AbortSignal) =>
  cursorOf(await session.execute(sql, statementContext(signal)));

describe('a large result', () => {
  it.each([1, 7, 1000, 2048, 10_000, 1_000_000])(
    'comes in order in fetches of %i rows',
    async (fetchRows) => {
      const rowCount = fetchRows < 100 ? 5000 : 100_000;
      const cursor = await open(
        `SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'row ' || i END AS t FROM range(${rowCount}) t(i)`,
      );
      const rows = await drain(cursor, fetchRows);
      expect(rows).toEqual(
        Array.from({ length: rowCount }, (_, i) => [BigInt(i), i % 3 === 0 ? null : `row ${i}`]),
      );
      expect(await cursor.next(fetchRows)).toBeNull();
      await cursor.close();
    },
  );

  it('fills every batch but the last', async () => {
    const cursor = await open('SELECT i FROM range(100000) t(i)');
    const sizes: number[] = [];
    await countRows(cursor, (batch) => sizes.push(batch.rowCount));
    expect(sizes).toEqual(Array.from({ length: 10 }, () => 10_000));
  });

  it('is not passed off as whole when row 5,000,000 fails', async () => {
    const cursor = await open(
      "SELECT CASE WHEN i = 5000000 THEN error('boom in row ' || i) ELSE i::VARCHAR END AS v FROM range(20000000) t(i)",
    );
    let rowCount = 0;
    const error = await errorOf(countRows(cursor, (batch) => (rowCount += batch.rowCount)));
    expect(rowCount).toBeGreaterThan(1_000_000);
    expect(rowCount).toBeLessThan(5_000_001);
    expect(error).toMatchObject({ code: 'STATEMENT_FAILED', sqlState: '22023' });
    expect(error.message).toContain('boom in row 5000000');
    expect((await errorOf(cursor.next(10))).message).toContain('boom');
    await cursor.close();
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('is not passed off as whole within a transaction either, where the reason cannot be asked', async () => {
    await run(session, 'BEGIN');
    const cursor = await open(
      "SELECT CASE WHEN i = 900000 THEN error('boom') ELSE i END AS v FROM range(1000000) t(i)",
    );
    expect(await errorOf(countRows(cursor))).toMatchObject({ code: 'STATEMENT_FAILED', sqlState: 'HY000' });
    await run(session, 'ROLLBACK');
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('tells a conversion error in a late row with its SQLSTATE', async () => {
    await run(
      session,
      "CREATE TABLE texts AS SELECT CASE WHEN i = 400000 THEN 'x' ELSE i::VARCHAR END AS v FROM range(500000) t(i)",
    );
    const error = await errorOf(countRows(await open('SELECT v::INTEGER FROM texts')));
    expect(error).toMatchObject({ sqlState: '22018' });
  });

  it('keeps a batch small where rows are wide', async () => {
    const cursor = await open("SELECT repeat('x', 1000000) AS wide FROM range(60)");
    let largest = 0;
    const rowCount = await countRows(cursor, (batch) => {
      const [column] = batch.columns;
      if (column?.kind === 'string') largest = Math.max(largest, column.data.length);
    });
    expect(rowCount).toBe(60);
    expect(largest).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    expect(largest).toBeGreaterThan(1_000_000);
  });

  it('takes a bounded amount of memory: 1 GB in less than 200 MB', async () => {
    const cursor = await open('SELECT i, repeat(md5(i::VARCHAR), 10) AS t FROM range(4700000) t(i)');
    await cursor.next(10_000);
    const before = process.memoryUsage().rss;
    let peak = before;
    let bytes = 0;
    await countRows(cursor, (batch) => {
      const text = batch.columns[1];
      if (text?.kind === 'string') bytes += text.data.length;
      peak = Math.max(peak, process.memoryUsage().rss);
    });
    await cursor.close();
    expect(bytes).toBeGreaterThan(1_000_000_000);
    expect(peak - before).toBeLessThan(200 * 2 ** 20);
  }, 120_000);
});

describe('several results of one session', () => {
  it('are read in turns', async () => {
    const [a, b] = [
      await open('SELECT i FROM range(30000) t(i)'),
      await open('SELECT -i FROM range(30000) t(i)'),
    ];
    const rows: unknown[] = [];
    for (let i = 0; i < 30; i++) {
      for (const cursor of [a, b]) {
        const batch = await cursor.next(1000);
        const [column] = batch?.columns ?? [];
        if (column?.kind === 'i64') rows.push(column.values[0], column.length);
      }
    }
    expect(rows.slice(0, 8)).toEqual([0n, 1000, 0n, 1000, 1000n, 1000, -1000n, 1000]);
    expect(await a.next(1)).toBeNull();
    expect(await b.next(1)).toBeNull();
    await Promise.all([a.close(), b.close()]);
  });

  it('stay whole in a session with temporary tables, where they share one connection', async () => {
    await run(session, 'CREATE TEMP TABLE numbers AS SELECT i FROM range(200000) t(i)');
    const a = await open('SELECT i FROM numbers ORDER BY i');
    const first = await a.next(1500);
    const b = await open('SELECT -i FROM numbers ORDER BY i');
    await run(session, 'INSERT INTO numbers SELECT 0 FROM range(10)');
    const restOfA = await drain(a, 1234);
    expect(first?.rowCount).toBe(1500);
    expect(restOfA).toEqual(Array.from({ length: 198_500 }, (_, i) => [BigInt(i + 1500)]));
    expect((await drain(b)).length).toBe(200_000);
    expect(await run(session, 'SELECT count(*) FROM numbers')).toEqual([[200_010n]]);
  });

  it('stay whole in a transaction that goes on and ends', async () => {
    await run(session, 'CREATE TABLE t AS SELECT i FROM range(100000) t(i)');
    await run(session, 'BEGIN');
    await run(session, 'INSERT INTO t VALUES (-1)');
    const inside = await open('SELECT i FROM t ORDER BY i');
    await run(session, 'ROLLBACK');
    const rows = await drain(inside);
    expect(rows.length).toBe(100_001);
    expect(rows[0]).toEqual([-1n]);
    expect(await run(session, 'SELECT count(*) FROM t')).toEqual([[100_000n]]);
  });

  it('closing one half-read does not end the transaction', async () => {
    await run(session, 'CREATE TABLE t AS SELECT i FROM range(100000) t(i)');
    await run(session, 'BEGIN');
    await run(session, 'INSERT INTO t VALUES (-1)');
    const half = await open('SELECT i FROM t');
    await half.next(10);
    await half.close();
    await run(session, 'COMMIT');
    expect(await run(session, 'SELECT count(*) FROM t WHERE i = -1')).toEqual([[1n]]);
  });

  it('run side by side: a slow statement does not hold up the next', async () => {
    const slow = new AbortController();
    const pending = session.execute(
      'SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = 7',
      statementContext(slow.signal),
    );
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
    slow.abort();
    expect(await errorOf(pending)).toMatchObject({ sqlState: '57014' });
  });

  it('more open results than connections are lent', async () => {
    const cursors = [];
    for (let i = 0; i < 40; i++) cursors.push(await open(`SELECT ${i} + i FROM range(10000) t(i)`));
    for (const [i, cursor] of cursors.entries()) {
      const rows = await drain(cursor);
      expect(rows.length).toBe(10_000);
      expect(rows[0]).toEqual([BigInt(i)]);
      await cursor.close();
    }
  });
});

describe('cancel', () => {
  it('ends a statement before its first row', async () => {
    const controller = new AbortController();
    const pending = open(
      'SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = 7',
      controller.signal,
    );
    setTimeout(() => controller.abort(), 50);
    const started = performance.now();
    expect(await errorOf(pending)).toMatchObject({ code: 'OPERATION_CANCELED', sqlState: '57014' });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('ends a result in the middle', async () => {
    const controller = new AbortController();
    const cursor = await open('SELECT i FROM range(1000000000) t(i)', controller.signal);
    await cursor.next(10_000);
    controller.abort();
    expect(await errorOf(cursor.next(10_000))).toMatchObject({ sqlState: '57014' });
    await cursor.close();
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('ends a read that waits for rows', async () => {
    const controller = new AbortController();
    const cursor = await open(
      'SELECT i FROM range(100000000000) t(i) WHERE i < 2000000 OR i % 99999999977 = 7',
      controller.signal,
    );
    setTimeout(() => controller.abort(), 100);
    expect(await errorOf(countRows(cursor))).toMatchObject({ sqlState: '57014' });
    await cursor.close();
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('before a statement starts keeps it from starting', async () => {
    const error = await errorOf(
      session.execute('CREATE TABLE never (i INTEGER)', statementContext(AbortSignal.abort())),
    );
    expect(error).toMatchObject({ sqlState: '57014' });
    expect(await run(session, 'SHOW TABLES')).toEqual([]);
  });

  it('of a statement that waits for its turn leaves the one before alone', async () => {
    await run(session, 'CREATE TEMP TABLE pin (i INTEGER)');
    const first = session.execute(
      'SELECT count(*) FROM range(30000) a, range(3000) b WHERE a.range * b.range = 7',
      statementContext(),
    );
    const controller = new AbortController();
    const second = session.execute('SELECT 2', statementContext(controller.signal));
    controller.abort();
    expect(await errorOf(second)).toMatchObject({ sqlState: '57014' });
    expect(await readRows(await first)).toEqual([[2n]]);
    expect(await run(session, 'SELECT 3')).toEqual([[3]]);
  });

  it('of a result that is being put aside fails only that one', async () => {
    await run(session, 'CREATE TEMP TABLE pin (i INTEGER)');
    const controller = new AbortController();
    const endless = await open('SELECT i FROM range(100000000000) t(i)', controller.signal);
    const next = run(session, 'SELECT 5');
    setTimeout(() => controller.abort(), 100);
    expect(await next).toEqual([[5]]);
    expect(await errorOf(endless.next(10))).toMatchObject({ sqlState: '57014' });
  });
});

describe('close', () => {
  it('of a half-read result frees its connection and refuses further reads', async () => {
    const cursor = await open('SELECT i FROM range(1000000000) t(i)');
    await cursor.next(10);
    await cursor.close();
    await cursor.close();
    expect(await errorOf(cursor.next(10))).toMatchObject({ sqlState: '24000' });
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('of a session ends what it runs and reads', async () => {
    const reading = await open('SELECT i FROM range(1000000000) t(i)');
    const running = session.execute(
      'SELECT count(*) FROM range(100000) a, range(1000000) b WHERE a.range * b.range = 7',
      statementContext(),
    );
    const failure = errorOf(running);
    await session.close();
    expect(await failure).toMatchObject({ sqlState: '57014' });
    expect(await errorOf(reading.next(1))).toBeInstanceOf(Error);
    expect(await errorOf(session.execute('SELECT 1', statementContext()))).toMatchObject({
      sqlState: '08003',
    });
  });
});

describe('a result that is put aside', () => {
  it('goes to disk past its share of memory, and leaves no file', async () => {
    await executor.close();
    const directory = await mkdtemp(join(tmpdir(), 'senbon-park-'));
    executor = await openExecutor({
      'kyuubi.engine.duckdb.temp.directory': directory,
      'kyuubi.engine.duckdb.result.max.materialized.bytes': '1m',
    });
    session = await executor.openSession(sessionSpec());
    await run(session, 'CREATE TEMP TABLE pin (i INTEGER)');
    const cursor = await open(
      "SELECT i, CASE WHEN i % 5 <> 0 THEN 'text ' || i END AS t, [i] AS l FROM range(60000) t(i)",
    );
    const head = await cursor.next(100);
    await run(session, 'SELECT 1');
    const [own] = await readdir(directory);
    expect(await readdir(join(directory, own ?? ''))).toEqual([]);
    const rest = await drain(cursor, 999);
    expect(head?.rowCount).toBe(100);
    expect(rest).toEqual(
      Array.from({ length: 59_900 }, (_, k) => {
        const i = k + 100;
        return [BigInt(i), i % 5 === 0 ? null : `text ${i}`, `[${i}]`];
      }),
    );
    await cursor.close();
    await rm(directory, { recursive: true });
  });

  it('fails where others of its engine hold the disk, and not when they are closed', async () => {
    await executor.close();
    executor = await openExecutor({
      'kyuubi.engine.duckdb.result.max.materialized.bytes': '0',
      'kyuubi.engine.duckdb.result.max.spooled.total.bytes': '1m',
    });
    const query = 'SELECT i FROM range(60000) t(i)';
    /** A result of a session of its own, put aside by the next statement. */
    const putAside = async () => {
      session = await executor.openSession(sessionSpec());
      await run(session, 'CREATE TEMP TABLE pin (i INTEGER)');
      const cursor = await open(query);
      await run(session, 'SELECT 1');
      return cursor;
    };
    const first = await putAside();
    const error = await errorOf(countRows(await putAside()));
    expect(error).toMatchObject({ sqlState: '53100' });
    expect(error.message).toContain('kyuubi.engine.duckdb.result.max.spooled.total.bytes');
    expect(await countRows(first)).toBe(60_000);
    await first.close();
    expect(await countRows(await putAside())).toBe(60_000);
  });

  it('fails, and is not cut short, past its share of disk', async () => {
    await executor.close();
    executor = await openExecutor({
      'kyuubi.engine.duckdb.result.max.materialized.bytes': '1m',
      'kyuubi.engine.duckdb.result.max.spooled.bytes': '2m',
    });
    session = await executor.openSession(sessionSpec());
    await run(session, 'CREATE TEMP TABLE pin (i INTEGER)');
    const cursor = await open('SELECT i FROM range(100000000000) t(i)');
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
    const error = await errorOf(countRows(cursor));
    expect(error).toMatchObject({ sqlState: '53100' });
    expect(error.message).toContain('kyuubi.engine.duckdb.result.max.spooled.bytes');
  });
});
