import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDuckDbOptions } from './options.ts';
import { errorOf, openExecutor, run, sessionSpec } from './testing/harness.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'senbon-executor-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('options', () => {
  it('have defaults that need no configuration', () => {
    expect(readDuckDbOptions(new Map())).toEqual({
      database: ':memory:',
      readOnly: false,
      memoryLimitBytes: null,
      threads: null,
      externalAccess: true,
      allowedDirectories: [],
      globalSettings: false,
      tempDirectory: null,
      maxMaterializedBytes: 64 * 2 ** 20,
      maxSpooledBytes: 16 * 2 ** 30,
      maxSpooledTotalBytes: 64 * 2 ** 30,
      backslashEscapes: true,
      showDialect: 'hive',
      planOnlyMode: 'none',
      planOnlyStyle: 'plain',
    });
  });

  it.each([
    ['1024', 1024],
    ['64m', 64 * 2 ** 20],
    ['2GB', 2 * 2 ** 30],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['10k', 10_240],
    ['1t', 2 ** 40],
  ])('take %s as a size', (text, bytes) => {
    const options = readDuckDbOptions(new Map([['kyuubi.engine.duckdb.memory.limit', text]]));
    expect(options.memoryLimitBytes).toBe(bytes);
  });

  it.each([
    ['kyuubi.engine.duckdb.memory.limit', 'much'],
    ['kyuubi.engine.duckdb.memory.limit', '-1'],
    ['kyuubi.engine.duckdb.threads', '0'],
    ['kyuubi.engine.duckdb.external.access', 'perhaps'],
  ])('refuse %s = %s', (key, value) => {
    expect(() => readDuckDbOptions(new Map([[key, value]]))).toThrow(key);
  });
});

describe('createDuckDbExecutor', () => {
  it('tells its name and a version that JDBC can take apart', async () => {
    const executor = await openExecutor();
    expect(executor.info).toMatchObject({ serverName: 'DuckDB', dbmsName: 'DuckDB' });
    expect(executor.info.dbmsVersion).toMatch(/^\d+\.\d+/);
    await executor.close();
    await executor.close();
    expect(await errorOf(executor.openSession(sessionSpec()))).toMatchObject({ sqlState: '08003' });
  });

  it('keeps a file, which another engine cannot open meanwhile, with its default database', async () => {
    const database = join(directory, 'house.duckdb');
    const conf = { 'kyuubi.engine.duckdb.database': database };
    const first = await openExecutor(conf);
    const session = await first.openSession(sessionSpec());
    await run(session, 'CREATE TABLE t AS SELECT 42 AS x');
    await first.close();
    const second = await openExecutor({ ...conf, 'kyuubi.engine.duckdb.read.only': 'true' });
    const reader = await second.openSession(sessionSpec());
    expect(await run(reader, 'SELECT x FROM t')).toEqual([[42]]);
    expect(await run(reader, 'SELECT current_database()')).toEqual([['default']]);
    expect((await errorOf(run(reader, 'CREATE TABLE u (i INTEGER)'))).message).toContain('read-only');
    await second.close();
  });

  it('shows the tables of a file made elsewhere in default, even if it may only read', async () => {
    const database = join(directory, 'plain.duckdb');
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(database);
    const connection = await instance.connect();
    await connection.run('CREATE TABLE people AS SELECT 1 AS id');
    connection.closeSync();
    instance.closeSync();
    for (const readOnly of ['true', 'false']) {
      const executor = await openExecutor({
        'kyuubi.engine.duckdb.database': database,
        'kyuubi.engine.duckdb.read.only': readOnly,
      });
      const session = await executor.openSession(sessionSpec());
      await run(session, 'USE default');
      expect(await run(session, 'SELECT id FROM people')).toEqual([[1]]);
      expect(await run(session, 'SHOW TABLES')).toEqual([['people']]);
      await executor.close();
    }
  });

  it('says which key is wrong when DuckDB refuses a file', async () => {
    const error = await errorOf(
      openExecutor({ 'kyuubi.engine.duckdb.database': join(directory, 'no', 'such.duckdb') }),
    );
    expect(error).toMatchObject({ code: 'DATABASE_UNUSABLE' });
    expect(error.message).toMatch(/such\.duckdb \(kyuubi\.engine\.duckdb\.database\): .*No such file/);
  });

  it('reads Parquet, CSV and JSON files', async () => {
    const executor = await openExecutor();
    const session = await executor.openSession(sessionSpec());
    for (const [format, reader] of [
      ['parquet', 'read_parquet'],
      ['csv', 'read_csv'],
      ['json', 'read_json'],
    ] as const) {
      const file = join(directory, `t.${format}`);
      await run(session, `COPY (SELECT i, 'n' || i AS n FROM range(3) t(i)) TO '${file}' (FORMAT ${format})`);
      expect(await run(session, `SELECT n FROM ${reader}('${file}') ORDER BY i`)).toEqual([
        ['n0'],
        ['n1'],
        ['n2'],
      ]);
    }
    await executor.close();
  });

  it('shares the configured temp directory with other engines, and no file in it', async () => {
    const conf = {
      'kyuubi.engine.duckdb.temp.directory': directory,
      'kyuubi.engine.duckdb.memory.limit': '50m',
    };
    const engines = await Promise.all([openExecutor(conf), openExecutor(conf)]);
    expect(readdirSync(directory)).toHaveLength(2);
    const counts = engines.map(async (engine) => {
      const session = await engine.openSession(sessionSpec());
      return run(session, 'SELECT count(*) FROM (SELECT DISTINCT md5(i::VARCHAR) FROM range(1000000) t(i))');
    });
    expect(await Promise.all(counts)).toEqual([[[1_000_000n]], [[1_000_000n]]]);
    await Promise.all(engines.map((engine) => engine.close()));
    expect(readdirSync(directory)).toEqual([]);
  });

  it('spills to its temp directory even without access to files, and removes the directory it made', async () => {
    const made = () => readdirSync(tmpdir()).filter((name) => name.startsWith('senbon-duckdb-'));
    const before = new Set(made());
    const executor = await openExecutor({
      'kyuubi.engine.duckdb.external.access': 'false',
      'kyuubi.engine.duckdb.memory.limit': '50m',
    });
    const session = await executor.openSession(sessionSpec());
    const [own] = made().filter((name) => !before.has(name));
    expect(
      await run(session, 'SELECT count(*) FROM (SELECT DISTINCT md5(i::VARCHAR) FROM range(1500000) t(i))'),
    ).toEqual([[1_500_000n]]);
    await executor.close();
    if (own !== undefined) expect(existsSync(join(tmpdir(), own))).toBe(false);
  });
});
