import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Executor, ExecutorSession } from '@senbon/engine-host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SESSION_SETTINGS } from './secure-instance.ts';
import { errorOf, openExecutor, run, sessionSpec } from './testing/harness.ts';

let directory: string;
let executor: Executor | null = null;

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'senbon-secure-')));
});
afterEach(async () => {
  await executor?.close();
  executor = null;
  await rm(directory, { recursive: true, force: true });
});

async function open(conf: Readonly<Record<string, string>> = {}): Promise<ExecutorSession> {
  executor ??= await openExecutor(conf);
  return executor.openSession(sessionSpec());
}

describe('external access switched off, one directory allowed', () => {
  let session: ExecutorSession;
  let inside: string;
  let outside: string;

  beforeEach(async () => {
    [inside, outside] = [join(directory, 'inside'), join(directory, 'outside')];
    for (const path of [inside, outside, join(directory, 'inside-too')]) {
      await mkdir(path);
      await writeFile(join(path, 's.csv'), 'a,b\n1,2\n');
    }
    await symlink(join(outside, 's.csv'), join(inside, 'link.csv'));
    await symlink(outside, join(inside, 'link'));
    session = await open({
      'kyuubi.engine.duckdb.external.access': 'false',
      'kyuubi.engine.duckdb.allowed.directories': inside,
    });
  });

  it('reads, writes and attaches within the directory', async () => {
    expect(await run(session, `SELECT * FROM '${inside}/s.csv'`)).toEqual([[1n, 2n]]);
    await run(session, `COPY (SELECT 7 AS x) TO '${inside}/new.parquet'`);
    expect(await run(session, `SELECT x FROM '${inside}/new.parquet'`)).toEqual([[7]]);
    await run(session, `ATTACH '${inside}/new.duckdb' AS other`);
    await run(session, 'CREATE TABLE other.t AS SELECT 8 AS x');
    await run(session, 'DETACH other');
  });

  it.each([
    ['another directory', "SELECT * FROM '{outside}/s.csv'"],
    ['a directory whose name begins alike', "SELECT * FROM '{inside}-too/s.csv'"],
    ['a way up', "SELECT * FROM '{inside}/../outside/s.csv'"],
    ['a link to a file', "SELECT * FROM '{inside}/link.csv'"],
    ['a link to a directory', "SELECT * FROM '{inside}/link/s.csv'"],
    ['a pattern', "SELECT * FROM '{outside}/*.csv'"],
    ['a list of names', "SELECT * FROM glob('{outside}/*')"],
    ['a relative path', "SELECT * FROM 'package.json'"],
    ['its environment', "SELECT * FROM read_text('/proc/self/environ')"],
    ['its environment as JSON', "SELECT * FROM read_json_objects('/proc/self/environ')"],
    ['a process’s memory map', "SELECT * FROM read_blob('/proc/self/maps')"],
    ['COPY TO', "COPY (SELECT 1) TO '{outside}/new.csv'"],
    ['COPY TO through a link', "COPY (SELECT 1) TO '{inside}/link/new.csv'"],
    ['COPY FROM', "COPY (FROM '{outside}/s.csv') TO '{inside}/stolen.csv'"],
    ['EXPORT', "EXPORT DATABASE '{outside}/export'"],
    ['ATTACH', "ATTACH '{outside}/new.duckdb' AS other"],
    ['INSTALL', 'INSTALL httpfs'],
    ['LOAD', 'LOAD httpfs'],
    ['LOAD of a file', "LOAD '{inside}/evil.duckdb_extension'"],
    ['HTTP', "SELECT * FROM 'https://localhost:1/x.csv'"],
    ['the switch itself', 'SET enable_external_access = true'],
    ['the switch, globally', 'SET GLOBAL enable_external_access = true'],
    ['the switch, reset', 'RESET enable_external_access'],
    ['the switch as a pragma', 'PRAGMA enable_external_access = true'],
    ['the list of directories', "SET allowed_directories = ['/']"],
    ['the list of paths', "SET allowed_paths = ['/etc/passwd']"],
    ['the list of free settings', "SET allowed_configs = ['allowed_directories']"],
    ['the lock', 'SET lock_configuration = false'],
    ['the temp directory', "SET temp_directory = '{outside}'"],
    ['the query log', "SET log_query_path = '{outside}/log'"],
    ['the log', "CALL enable_logging(storage = 'file', storage_config = {'path': '{outside}/log'})"],
    ['a quoted way to the log', 'SELECT * FROM "enable_logging" /* */ ()'],
    ['a kept secret', "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')"],
    ['the environment as a function', "SELECT getenv('HOME')"],
  ])('refuses %s', async (_, sql) => {
    const before = await readdir(outside);
    const statement = sql.replaceAll('{inside}', inside).replaceAll('{outside}', outside);
    const error = await errorOf(run(session, statement));
    expect(error).toMatchObject({ code: 'STATEMENT_FAILED' });
    expect(await readdir(outside)).toEqual(before);
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });
});

describe('settings of the whole engine', () => {
  it.each([
    'SET threads = 1',
    'SET threads TO 1',
    'SET /* quietly */ threads = 1',
    'SET GLOBAL threads = 1',
    'RESET threads',
    'PRAGMA threads = 1',
    "SET memory_limit = '1GB'",
    "PRAGMA memory_limit = '1GB'",
    "SET GLOBAL default_null_order = 'nulls_first'",
    'RESET GLOBAL default_null_order',
    'SET enable_logging = true',
    'CALL enable_logging()',
    'PRAGMA disable_checkpoint_on_shutdown',
  ])('are not changed by %s', async (sql) => {
    const session = await open();
    const error = await errorOf(run(session, sql));
    expect(error).toMatchObject({ sqlState: '42501' });
    expect(error.message).toContain('kyuubi.engine.duckdb.global.settings');
  });

  it('are changed where the administrator lets sessions do so', async () => {
    const session = await open({ 'kyuubi.engine.duckdb.global.settings': 'true' });
    const other = await open();
    await run(session, 'SET threads = 1');
    expect(await run(other, 'SET threads')).toEqual([['threads', '1']]);
    await run(session, 'RESET threads');
    await run(session, "SET GLOBAL default_null_order = 'nulls_first'");
    expect(await run(other, 'SELECT x FROM (VALUES (1), (NULL)) t(x) ORDER BY x')).toEqual([[null], [1]]);
  });
});

describe('settings of a session', () => {
  it.each([
    ["SET default_null_order = 'nulls_first'"],
    ["SET default_null_order TO 'nulls_first'"],
    ["SET SESSION default_null_order = 'nulls_first'"],
    ["PRAGMA default_null_order = 'nulls_first'"],
    ['SET default_null_order = nulls_first'],
  ])('stay its own: %s', async (sql) => {
    const [mine, other] = [await open(), await open()];
    await run(mine, sql);
    const query = 'SELECT x FROM (VALUES (1), (NULL)) t(x) ORDER BY x';
    expect(await run(mine, query)).toEqual([[null], [1]]);
    expect(await run(mine, query)).toEqual([[null], [1]]);
    expect(await run(other, query)).toEqual([[1], [null]]);
    await run(mine, 'RESET default_null_order');
    expect(await run(mine, query)).toEqual([[1], [null]]);
  });

  it('take a time zone in standard SQL’s form', async () => {
    const session = await open();
    await run(session, "SET TIME ZONE 'Asia/Tokyo'");
    expect(await run(session, 'SET TimeZone')).toEqual([['TimeZone', 'Asia/Tokyo']]);
  });

  it('are settings of DuckDB’s that have a session’s scope', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll('SELECT name FROM duckdb_settings()');
    const known = new Set(reader.getRows().map(([name]) => String(name)));
    for (const name of SESSION_SETTINGS) {
      expect(known).toContain(name);
      await connection.run(`RESET SESSION "${name}"`);
    }
    connection.closeSync();
    instance.closeSync();
  });
});
