import type { Executor, ExecutorSession } from '@senbon/engine-host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cursorOf,
  drain,
  errorOf,
  openExecutor,
  readRows,
  run,
  sessionSpec,
  statementContext,
} from './testing/harness.ts';

let executor: Executor;
let a: ExecutorSession;
let b: ExecutorSession;

beforeEach(async () => {
  executor = await openExecutor();
  a = await executor.openSession(sessionSpec());
  b = await executor.openSession(sessionSpec());
});
afterEach(() => executor.close());

const names = (rows: readonly (readonly unknown[])[]) => rows.map(([name]) => name);
/** Leaves a result half read, so that the session goes on with another connection. */
const leaveOpen = async (session: ExecutorSession) => {
  const cursor = cursorOf(await session.execute('SELECT i FROM range(50000) t(i)', statementContext()));
  await cursor.next(10);
  return cursor;
};

describe('databases', () => {
  it('starts in default, where tables are made, and sees those of main', async () => {
    await run(a, 'CREATE TABLE t AS SELECT 1 AS x');
    await run(a, 'CREATE TABLE main.m AS SELECT 2 AS x');
    expect(await run(a, 'SELECT current_database()')).toEqual([['default']]);
    expect(await run(b, 'SELECT * FROM t')).toEqual([[1]]);
    expect(await run(b, 'SELECT * FROM m')).toEqual([[2]]);
    expect(await run(b, 'SELECT * FROM `default`.`t`')).toEqual([[1]]);
    expect(await run(b, 'SELECT * FROM default.t')).toEqual([[1]]);
    expect(names(await run(b, 'SHOW TABLES'))).toEqual(['m', 't']);
    expect(names(await run(b, 'SHOW TABLES IN default'))).toEqual(['t']);
  });

  it('are switched by USE, for one session', async () => {
    await run(a, 'CREATE DATABASE IF NOT EXISTS sales');
    await run(a, 'USE `sales`;');
    await run(a, 'CREATE TABLE orders (id INTEGER)');
    expect(await run(a, 'SELECT current_database()')).toEqual([['sales']]);
    expect(await run(b, 'SELECT current_database()')).toEqual([['default']]);
    expect(names(await run(a, 'SHOW DATABASES'))).toEqual(['default', 'main', 'sales']);
    expect(names(await run(a, "SHOW SCHEMAS LIKE 's*'"))).toEqual(['sales']);
    expect(names(await run(a, 'SHOW TABLES'))).toEqual(['orders']);
    expect(await run(b, 'SHOW TABLES')).toEqual([]);
    await run(a, 'USE default');
    expect(await errorOf(run(a, 'SELECT * FROM orders'))).toMatchObject({ sqlState: '42P01' });
    await run(a, 'DROP DATABASE sales CASCADE');
    expect(names(await run(a, 'SHOW DATABASES'))).toEqual(['default', 'main']);
  });

  it('stay switched on every connection of the session', async () => {
    await run(a, 'CREATE SCHEMA other');
    await run(a, 'USE other');
    const cursor = await leaveOpen(a);
    expect(await run(a, 'SELECT current_schema()')).toEqual([['other']]);
    await cursor.close();
  });

  it('can be dropped under a session', async () => {
    await run(a, 'CREATE SCHEMA gone');
    await run(a, 'USE gone');
    await run(b, 'DROP SCHEMA gone');
    const cursor = await leaveOpen(a);
    await run(a, 'USE default');
    expect(await run(a, 'SELECT current_database()')).toEqual([['default']]);
    await cursor.close();
  });

  it('are named when a session opens', async () => {
    await run(a, 'CREATE SCHEMA sales');
    const named = await executor.openSession(sessionSpec('sales'));
    expect(await run(named, 'SELECT current_database()')).toEqual([['sales']]);
    const withCatalog = await executor.openSession(sessionSpec('default', { 'use:catalog': 'memory' }));
    expect(await run(withCatalog, 'SELECT current_database()')).toEqual([['default']]);
    expect(await errorOf(executor.openSession(sessionSpec('nope')))).toMatchObject({ sqlState: '42704' });
  });

  it('may be attached ones', async () => {
    await run(a, "ATTACH ':memory:' AS wing");
    await run(a, 'CREATE TABLE wing.main.t AS SELECT 5 AS x');
    await run(b, 'USE wing');
    expect(await run(b, 'SELECT * FROM t')).toEqual([[5]]);
    await run(b, 'USE wing.default');
    expect(await run(b, 'SELECT * FROM t')).toEqual([[5]]);
    await run(b, 'USE memory.default');
    expect(await errorOf(run(b, 'SELECT * FROM t'))).toMatchObject({ sqlState: '42P01' });
    expect(await errorOf(run(b, 'USE a.b.c'))).toMatchObject({ sqlState: '42704' });
  });

  it('follow the conf overlays of Kyuubi’s driver, whatever the statement says', async () => {
    await run(a, 'CREATE SCHEMA sales');
    const overlay = (key: string, value = '') =>
      statementContext(undefined, { [`kyuubi.operation.${key}`]: value });
    await run(a, 'not looked at', overlay('set.current.database', 'sales'));
    expect(await run(a, 'SELECT current_database()', overlay('get.current.database'))).toEqual([['sales']]);
    expect(await run(a, 'not looked at', overlay('get.current.catalog'))).toEqual([['memory']]);
    await run(a, 'not looked at', overlay('set.current.catalog', 'memory'));
    expect(await run(a, '', overlay('get.current.database'))).toEqual([['default']]);
  });
});

describe('temporary objects', () => {
  it('are the session’s own', async () => {
    await run(a, 'CREATE TEMPORARY VIEW v AS SELECT 7 AS x');
    await run(a, 'CREATE TEMP TABLE tt AS SELECT 8 AS x');
    expect(await run(a, 'SELECT * FROM v, tt')).toEqual([[7, 8]]);
    expect(names(await run(a, 'SHOW TABLES'))).toEqual(['tt', 'v']);
    expect(names(await run(a, 'SHOW VIEWS'))).toEqual(['v']);
    expect(await run(b, 'SHOW TABLES')).toEqual([]);
    expect(await errorOf(run(b, 'SELECT * FROM v'))).toMatchObject({ sqlState: '42P01' });
    await run(b, "CREATE TEMP VIEW v AS SELECT 'other' AS x");
    expect(await run(a, 'SELECT x FROM v')).toEqual([[7]]);
  });

  it.each([
    ['a temporary table', 'CREATE TEMP TABLE x AS SELECT 3 AS v', 'SELECT v FROM temp.x'],
    ['a variable', 'SET VARIABLE x = 3', "SELECT getvariable('x')"],
    ['a prepared statement', 'PREPARE x AS SELECT 3', 'EXECUTE x'],
    ['a temporary macro', 'CREATE TEMP MACRO x() AS 3', 'SELECT x()'],
  ])('outlive an open result: %s', async (_what, make, use) => {
    const before = await leaveOpen(a);
    await run(a, make);
    const after = await leaveOpen(a);
    expect(await run(a, use)).toEqual([[3]]);
    expect((await drain(before)).length).toBe(49_990);
    expect((await drain(after)).length).toBe(49_990);
    expect(await run(a, use)).toEqual([[3]]);
  });

  it('a seed holds for the next random numbers', async () => {
    await run(a, 'SELECT setseed(0.5)');
    const first = await run(a, 'SELECT random()');
    await run(b, 'SELECT setseed(0.5)');
    const cursor = await leaveOpen(b);
    expect(await run(b, 'SELECT random()')).toEqual(first);
    await cursor.close();
  });
});

describe('transactions', () => {
  it('span statements, are isolated, and go on beside open results', async () => {
    await run(a, 'CREATE TABLE t (i INTEGER)');
    await run(a, 'BEGIN TRANSACTION');
    await run(a, 'INSERT INTO t VALUES (1)');
    const cursor = await leaveOpen(a);
    expect(await run(a, 'SELECT count(*) FROM t')).toEqual([[1n]]);
    expect(await run(b, 'SELECT count(*) FROM t')).toEqual([[0n]]);
    await run(a, 'COMMIT');
    expect(await run(b, 'SELECT count(*) FROM t')).toEqual([[1n]]);
    expect((await drain(cursor)).length).toBe(49_990);
  });

  it('that conflict fail with 40001', async () => {
    await run(a, 'CREATE TABLE t AS SELECT 1 AS i');
    await run(a, 'BEGIN');
    await run(b, 'BEGIN');
    await run(a, 'UPDATE t SET i = 2');
    expect(await errorOf(run(b, 'UPDATE t SET i = 3'))).toMatchObject({ sqlState: '40001' });
    await run(b, 'ROLLBACK');
    await run(a, 'COMMIT');
    expect(await run(b, 'SELECT * FROM t')).toEqual([[2]]);
  });
});

it('runs a statement with a literal of many megabytes', async () => {
  const text = "it''s ".repeat(4_000_000);
  expect(await run(a, `SELECT length('${text}') AS n`)).toEqual([[20_000_000n]]);
  await run(a, `SET my.key='${text}'`);
  expect(await run(a, `SELECT 1`)).toEqual([[1]]);
});

describe('SET', () => {
  it('of a key that DuckDB does not know is the session’s conf', async () => {
    const spec = sessionSpec('default', { 'kyuubi.x': '1', 'my.password': 'hush' });
    const session = await executor.openSession(spec);
    await run(session, 'SET hive.exec.parallel=true');
    expect(spec.conf.get('hive.exec.parallel')).toBe('true');
    expect(await run(session, 'SET hive.exec.parallel')).toEqual([['hive.exec.parallel', 'true']]);
    expect(await run(session, 'SET no.such.key')).toEqual([['no.such.key', '<undefined>']]);
    expect(await run(session, 'SET')).toEqual([
      ['hive.exec.parallel', 'true'],
      ['kyuubi.x', '1'],
      ['my.password', '***'],
    ]);
    expect(await run(b, 'SET')).toEqual([]);
    await run(session, 'SET kyuubi.x=2');
    await run(session, 'RESET kyuubi.x');
    expect(spec.conf.get('kyuubi.x')).toBe('1');
    await run(session, 'RESET');
    expect(await run(session, 'SET')).toEqual([
      ['kyuubi.x', '1'],
      ['my.password', '***'],
    ]);
  });

  it.each([
    ['kyuubi.operation.query.timeout', 'abc'],
    ['kyuubi.operation.result.max.rows', "'many'"],
    ['kyuubi.engine.duckdb.show.dialect', 'oracle'],
  ])('refuses %s = %s, and the session goes on', async (key, value) => {
    const spec = sessionSpec();
    const session = await executor.openSession(spec);
    expect(await errorOf(run(session, `SET ${key}=${value}`))).toMatchObject({
      sqlState: '22023',
      message: expect.stringContaining(key),
    });
    expect(spec.conf.has(key)).toBe(false);
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('takes quotes off where a number is expected', async () => {
    const spec = sessionSpec();
    const session = await executor.openSession(spec);
    await run(session, "SET kyuubi.operation.result.max.rows='10'");
    expect(spec.conf.get('kyuubi.operation.result.max.rows')).toBe('10');
  });

  it('of a key that DuckDB knows is DuckDB’s, on every connection of this session and no other', async () => {
    const before = await run(b, 'SET timezone');
    await run(a, 'SET timezone=Asia/Tokyo');
    const cursor = await leaveOpen(a);
    expect(await run(a, "SELECT current_setting('TimeZone')")).toEqual([['Asia/Tokyo']]);
    expect(await run(a, 'SET TimeZone')).toEqual([['TimeZone', 'Asia/Tokyo']]);
    expect(await run(b, 'SET timezone')).toEqual(before);
    await cursor.close();
    await run(a, 'RESET timezone');
    const again = await leaveOpen(a);
    expect(await run(a, 'SET timezone')).toEqual(before);
    await again.close();
  });

  it('-v lists DuckDB’s settings too', async () => {
    const rows = await run(a, 'SET -v');
    expect(rows.length).toBeGreaterThan(100);
    expect(names(rows)).toContain('threads');
  });

  it('has no rows, as HiveServer2 has none', async () => {
    for (const sql of [
      'SET a=b',
      "SET timezone='UTC'",
      'USE default',
      'RESET',
      'CREATE TABLE z (i INTEGER)',
    ]) {
      expect(await a.execute(sql, statementContext())).toEqual({ rows: null });
    }
  });

  it('reaches a search path of DuckDB’s own making', async () => {
    await run(a, 'CREATE SCHEMA one');
    await run(a, "SET search_path='memory.one'");
    const cursor = await leaveOpen(a);
    expect(await run(a, 'SELECT current_database()')).toEqual([['one']]);
    await cursor.close();
  });
});

describe('statements', () => {
  it('tell how many rows they changed', async () => {
    const changed = async (sql: string) => a.execute(sql, statementContext());
    await run(a, 'CREATE TABLE t (i INTEGER PRIMARY KEY)');
    expect(await changed('INSERT INTO t SELECT i FROM range(10) r(i)')).toEqual({
      rows: null,
      modifiedRowCount: 10,
    });
    expect(await changed('UPDATE t SET i = i + 100 WHERE i < 3')).toEqual({
      rows: null,
      modifiedRowCount: 3,
    });
    expect(await changed('DELETE FROM t WHERE i >= 100')).toEqual({ rows: null, modifiedRowCount: 3 });
    expect(await run(a, 'INSERT INTO t VALUES (50) RETURNING i')).toEqual([[50]]);
  });

  it('that Hive knows and DuckDB does not', async () => {
    await run(
      a,
      'CREATE TABLE t (id BIGINT, name VARCHAR, price DECIMAL(10,2), tags VARCHAR[], m MAP(VARCHAR, INTEGER), s STRUCT(a INTEGER))',
    );
    await run(a, "COMMENT ON COLUMN t.name IS 'who'");
    const described = [
      ['id', 'bigint', ''],
      ['name', 'string', 'who'],
      ['price', 'decimal(10,2)', ''],
      ['tags', 'array<string>', ''],
      ['m', 'map<string,int>', ''],
      ['s', 'struct<a:int>', ''],
    ];
    expect(await run(a, 'DESCRIBE t')).toEqual(described);
    expect(await run(a, 'DESC EXTENDED `default`.`t`')).toEqual(described);
    expect(names(await run(a, 'SHOW COLUMNS IN t'))).toEqual(['id', 'name', 'price', 'tags', 'm', 's']);
    expect(names(await run(a, 'SHOW COLUMNS FROM t IN default'))).toEqual([
      'id',
      'name',
      'price',
      'tags',
      'm',
      's',
    ]);
    expect(String(names(await run(a, 'SHOW CREATE TABLE default.t'))[0])).toContain('CREATE TABLE');
    expect(names(await run(a, "SHOW FUNCTIONS LIKE 'abs'"))).toEqual(['abs']);
  });

  it('name a missing table in the words by which SQLAlchemy knows it', async () => {
    for (const table of ['nowhere', 'default.nowhere', 'no_db.nowhere']) {
      const error = await errorOf(run(a, `DESCRIBE ${table}`));
      expect(error).toMatchObject({ sqlState: '42P01' });
      expect(error.message).toMatch(new RegExp(`SemanticException.*Table not found ${table}`));
    }
  });

  it('label columns as Hive does, or as Impala for Ibis', async () => {
    await run(a, 'CREATE TABLE t (id BIGINT)');
    const labels = async (sql: string) =>
      (await a.execute(sql, statementContext())).rows?.schema.map(({ name }) => name);
    const all = async () => [
      ...((await labels('SHOW DATABASES')) ?? []),
      ...((await labels('SHOW TABLES')) ?? []),
      ...((await labels('DESCRIBE t')) ?? []),
      ...((await labels('SET')) ?? []),
    ];
    expect((await all()).join(' ')).toBe('database_name tab_name col_name data_type comment key value');
    await run(a, "SET kyuubi.engine.duckdb.show.dialect = 'impala'");
    expect((await all()).join(' ')).toBe('name name name type comment option value');
  });

  it('insert with the TABLE of Hive', async () => {
    await run(a, 'CREATE TABLE t (id INT)');
    await run(a, 'INSERT INTO TABLE `t` VALUES (1)');
    expect(await run(a, 'SELECT * FROM t')).toEqual([[1]]);
  });

  it('of DuckDB’s own kinds', async () => {
    expect(await run(a, 'FROM range(2)')).toEqual([[0n], [1n]]);
    expect(await run(a, 'VALUES (1), (2)')).toEqual([[1], [2]]);
    expect(await run(a, 'PIVOT (VALUES (1, 2), (3, 4)) t(x, y) ON x USING sum(y)')).toEqual([['2', '4']]);
    expect((await run(a, 'SUMMARIZE SELECT 1 AS x')).length).toBe(1);
    expect((await run(a, 'EXPLAIN SELECT 1')).length).toBeGreaterThan(0);
    expect((await run(a, 'DESCRIBE SELECT 1 AS x'))[0]?.[0]).toBe('x');
    expect((await run(a, 'CALL pragma_version()')).length).toBe(1);
    expect(
      await run(a, 'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) FROM r'),
    ).toEqual([[1], [2], [3]]);
  });

  it('with an empty result keep their columns', async () => {
    const result = await a.execute('SELECT 1 AS x, NULL::VARCHAR AS y WHERE false', statementContext());
    expect(result.rows?.schema.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(await readRows(result)).toEqual([]);
  });

  it('come one to a call', async () => {
    expect(await errorOf(run(a, 'SELECT 1; SELECT 2'))).toMatchObject({ sqlState: '0A000' });
    expect(await errorOf(run(a, ' -- nothing'))).toMatchObject({ sqlState: '42601' });
    expect(await run(a, 'SELECT 1 -- the end ; really\n;')).toEqual([[1]]);
  });
});

describe('many at once', () => {
  it('sessions and results in any order stay whole', async () => {
    await run(a, 'CREATE TABLE shared AS SELECT i FROM range(40000) t(i)');
    let seed = 11;
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % n;
    };
    const one = async (index: number) => {
      const session = await executor.openSession(sessionSpec());
      if (index % 2 === 0) await run(session, `CREATE TEMP TABLE mine AS SELECT ${index} AS x`);
      const open: { rows: number; cursor: ReturnType<typeof cursorOf>; first: bigint }[] = [];
      for (let step = 0; step < 25; step++) {
        const choice = random(5);
        if (choice === 0) {
          const size = 1 + random(40_000);
          const result = await session.execute(
            `SELECT i FROM shared WHERE i < ${size} ORDER BY i`,
            statementContext(),
          );
          open.push({ rows: size, cursor: cursorOf(result), first: 0n });
        } else if (choice === 1 && index % 2 === 0) {
          expect(await run(session, 'SELECT x FROM mine')).toEqual([[index]]);
        } else if (choice === 2) {
          await open.splice(random(open.length + 1), 1)[0]?.cursor.close();
        } else {
          const result = open[random(open.length + 1)];
          const batch = await result?.cursor.next(1 + random(5000));
          const column = batch?.columns[0];
          if (result !== undefined && column?.kind === 'i64') {
            expect(column.values[0]).toBe(result.first);
            result.first += BigInt(column.length);
          }
        }
      }
      for (const { cursor, rows, first } of open) {
        const rest = await drain(cursor, 3000);
        expect(BigInt(rest.length) + first).toBe(BigInt(rows));
        expect(rest.at(-1) ?? [BigInt(rows - 1)]).toEqual([BigInt(rows - 1)]);
      }
      await session.close();
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => one(index)));
  });
});

describe('the user', () => {
  it("is the session's, on every connection", async () => {
    const session = await executor.openSession({ ...sessionSpec(), user: "o'hara" });
    const who = () => run(session, 'SELECT current_user, current_user(), session_user, user');
    const row = ["o'hara", "o'hara", "o'hara", "o'hara"];
    expect(await who()).toEqual([row]);
    const cursor = await leaveOpen(session);
    expect(await who()).toEqual([row]);
    await cursor.close();
    expect(await run(a, 'SELECT current_user')).toEqual([['alice']]);
    expect(names(await run(a, "SHOW FUNCTIONS LIKE 'current_user'"))).toEqual(['current_user']);
    expect(await run(a, 'SHOW TABLES')).toEqual([]);
  });
});

describe('what a session is opened with', () => {
  const open = (conf: Record<string, string>) => executor.openSession(sessionSpec('default', conf));

  it("is DuckDB's where that knows the name, until the session says otherwise", async () => {
    const session = await open({ TIMEZONE: 'Asia/Tokyo', default_null_order: 'nulls_first', threads: '1' });
    const zone = () => run(session, "SELECT current_setting('TimeZone')");
    expect(await zone()).toEqual([['Asia/Tokyo']]);
    expect(await run(session, 'SET TimeZone')).toEqual([['TimeZone', 'Asia/Tokyo']]);
    const cursor = await leaveOpen(session);
    expect(await zone()).toEqual([['Asia/Tokyo']]);
    await cursor.close();
    await run(session, 'SET TimeZone = UTC');
    expect(await run(session, 'SET TimeZone')).toEqual([['TimeZone', 'UTC']]);
    await run(session, 'RESET');
    expect(await zone()).toEqual([['Asia/Tokyo']]);
    await run(session, "SET TimeZone = 'Europe/Berlin'");
    await run(session, 'RESET timezone');
    expect(await zone()).toEqual([['Asia/Tokyo']]);
    expect(await run(a, "SELECT current_setting('TimeZone') = 'Asia/Tokyo'")).toEqual([[false]]);
    expect(await run(session, 'SET threads')).toEqual([['threads', '1']]);
  });

  it('fails the open where DuckDB does not take the value', async () => {
    const error = await errorOf(open({ TimeZone: 'Nowhere/At_All' }));
    expect(error.message).toMatch(
      /^The session is opened with timezone=Nowhere\/At_All, which cannot be: .*TimeZone/,
    );
  });

  it('is put in place of ${…}, as what SET says is', async () => {
    const session = await open({ x: '5', loop: '${x}', 'my.password': 'hunter2', schema: 'any' });
    expect(await run(session, "SELECT ${x} + ${hivevar:x}, '${hiveconf:x}', '${loop}', '${y}'")).toEqual([
      [10, '5', '${x}', '${y}'],
    ]);
    expect(await run(session, "SELECT '${my.password}', '${schema}'")).toEqual([['${my.password}', 'any']]);
    await run(session, 'SET hivevar:t = (SELECT 7)');
    expect(await run(session, 'SELECT ${t}')).toEqual([[7]]);
  });
});

describe('backslash escapes', () => {
  const off = "SET kyuubi.engine.duckdb.backslash.escapes = 'false'";

  it('are understood as Hive drivers write them into parameters', async () => {
    expect(await run(a, String.raw`SELECT 'it\'s', '\\\' OR 1=1 --'`)).toEqual([["it's", "\\' OR 1=1 --"]]);
    expect(await errorOf(run(a, String.raw`SELECT '\'`))).toMatchObject({ sqlState: '42601' });
  });

  it('can be switched off, by a session and for the engine', async () => {
    const key = 'kyuubi.engine.duckdb.backslash.escapes';
    expect(await run(a, `SET ${key}`)).toEqual([[key, 'true']]);
    await run(a, off);
    expect(await run(a, `SET ${key}`)).toEqual([[key, 'false']]);
    expect(await run(a, String.raw`SELECT 'C:\new\'`)).toEqual([['C:\\new\\']]);
    expect(await run(b, String.raw`SELECT 'a\\b'`)).toEqual([['a\\b']]);
    const other = await openExecutor({ 'kyuubi.engine.duckdb.backslash.escapes': 'false' });
    try {
      const session = await other.openSession(sessionSpec());
      expect(await run(session, String.raw`SELECT 'a\\b'`)).toEqual([['a\\\\b']]);
    } finally {
      await other.close();
    }
  });
});
