import { type Connection, connect, type HiveError } from '@senbon/client';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';

const page = join(import.meta.dirname, '../../docs/duckdb.md');

let gateway: Gateway;
let home: GatewayHome;
let directory: string;

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'senbon-duckdb-suite-')));
  await mkdir(join(directory, 'files'));
  await writeFile(join(directory, 'outside.csv'), 'a\n1\n');
  ({ gateway, home } = await startGateway({
    conf: {
      '___keeper___.kyuubi.engine.duckdb.database': join(directory, 'kept.duckdb'),
      '___rival___.kyuubi.engine.duckdb.database': join(directory, 'kept.duckdb'),
      '___guarded___.kyuubi.engine.duckdb.external.access': 'false',
      '___guarded___.kyuubi.engine.duckdb.allowed.directories': join(directory, 'files'),
    },
    env: { SENBON_TEST_SECRET: 'geheim' },
  }));
});
afterAll(async () => {
  await home?.close();
  await rm(directory, { recursive: true, force: true });
});

const opened: Connection[] = [];
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
});

async function open(user: string, confs = ''): Promise<Connection> {
  const connection = await connect(`${gateway.urls.binary}${confs}`, { user });
  opened.push(connection);
  return connection;
}

async function rows(connection: Connection, sql: string): Promise<readonly unknown[]> {
  return (await connection.query(sql)).toArray();
}

async function errorOf(promise: Promise<unknown>): Promise<HiveError> {
  return promise.then(
    () => {
      throw new Error('no error was thrown');
    },
    (error: unknown) => error as HiveError,
  );
}

describe('docs/duckdb.md', () => {
  it('says what its statements do', async () => {
    const blocks = [...(await readFile(page, 'utf8')).matchAll(/^```sql\n([\s\S]*?)^```$/gm)];
    expect(blocks.length).toBeGreaterThan(1);
    const connection = await open('reader');
    for (const line of blocks.flatMap(([, block = '']) => block.trim().split('\n'))) {
      const sql = line.replaceAll('/data/', `${directory}/files/`);
      const [, refusal] = /-- refused: (\S+)/.exec(line) ?? [];
      const outcome = await rows(connection, sql).then(
        () => undefined,
        (error: HiveError) => error.sqlState ?? error.message,
      );
      expect(`${line} => ${outcome}`).toBe(`${line} => ${refusal}`);
    }
    expect(await rows(connection, 'SELECT count(*) FROM orders WHERE id < 0')).toEqual([[0n]]);
  });
});

describe('a database file', () => {
  it('survives its engine, and is refused to a second one with the reason', async () => {
    const first = await open('keeper');
    await rows(first, 'CREATE OR REPLACE TABLE kept AS SELECT 42 AS answer');
    const error = await errorOf(
      open('rival').then(async (connection) => {
        await connection.launch?.wait();
        return rows(connection, 'SELECT 1');
      }),
    );
    const holder = /kept\.duckdb .*the file is in use by process (\d+) /.exec(error.message)?.[1];
    expect(home.engines().map(({ pid }) => String(pid))).toContain(holder);
    expect(error.message).not.toMatch(/^\s+at /m);
    const [engine] = await rows(first, "SELECT 1 WHERE current_catalog() = 'kept'");
    expect(engine).toEqual([1]);
    await first.close();
    opened.splice(0);
    for (const { pid } of home.engines()) process.kill(pid, 'SIGTERM');
    await expect.poll(() => home.engines().length, { timeout: 20_000 }).toBe(0);
    const second = await open('keeper');
    expect(await rows(second, 'SELECT answer FROM kept')).toEqual([[42]]);
  });
});

describe('sessions of one engine', () => {
  it('share tables, but no temporary objects and no transaction that was left open', async () => {
    const [a, b] = [await open('ann'), await open('ann')];
    await rows(a, 'CREATE OR REPLACE TABLE shared AS SELECT 1 AS x');
    await rows(a, 'CREATE TEMP TABLE own AS SELECT 2 AS x');
    await rows(a, 'CREATE TEMP VIEW own_view AS SELECT 3 AS x');
    await rows(b, 'CREATE TEMP VIEW own_view AS SELECT 4 AS x');
    expect(await rows(a, 'SELECT x FROM own_view')).toEqual([[3]]);
    expect(await rows(b, 'SELECT x FROM own_view')).toEqual([[4]]);
    expect(await errorOf(rows(b, 'SELECT x FROM own'))).toMatchObject({ sqlState: '42P01' });
    await rows(a, 'BEGIN TRANSACTION');
    await rows(a, 'INSERT INTO shared VALUES (2)');
    expect(await rows(a, 'SELECT count(*) FROM shared')).toEqual([[2n]]);
    expect(await rows(b, 'SELECT count(*) FROM shared')).toEqual([[1n]]);
    await a.close();
    expect(await rows(b, 'SELECT count(*) FROM shared')).toEqual([[1n]]);
    await rows(b, 'BEGIN');
    await rows(b, 'INSERT INTO shared VALUES (3)');
    await rows(b, 'COMMIT');
    expect(await rows(await open('ann'), 'SELECT count(*) FROM shared')).toEqual([[2n]]);
  });
});

describe('security', () => {
  it('holds against what a client sends with its session', async () => {
    const confs = [
      'kyuubi.engine.duckdb.external.access=true',
      'kyuubi.engine.duckdb.allowed.directories=/',
      'kyuubi.engine.duckdb.global.settings=true',
      'kyuubi.engineEnv.NODE_OPTIONS=--require=/no/such/file',
    ];
    for (const part of ['?', '#']) {
      const connection = await open('guarded', `${part}${confs.join(';')}`);
      const outside = await errorOf(rows(connection, `SELECT * FROM '${directory}/outside.csv'`));
      expect(outside).toMatchObject({ sqlState: '42501' });
      expect(await errorOf(rows(connection, 'SET threads = 1'))).toMatchObject({ sqlState: '42501' });
      await rows(connection, `COPY (SELECT 1 AS a) TO '${directory}/files/inside.csv'`);
      expect(await rows(connection, `SELECT a FROM '${directory}/files/inside.csv'`)).toEqual([[1n]]);
    }
  });

  it('keeps the gateway’s secrets out of an engine’s environment', async () => {
    await rows(await open('ann'), 'SELECT 1');
    const environments = await Promise.all(
      home.engines().map(async ({ pid }) => readFile(`/proc/${pid}/environ`, 'utf8')),
    );
    expect(environments.length).toBeGreaterThan(0);
    for (const environment of environments) {
      expect(environment).toContain('KYUUBI_WORK_DIR_ROOT=');
      expect(environment).not.toContain('geheim');
    }
  });
});

describe('progress', () => {
  it('moves while a query goes through a table', async () => {
    const connection = await open('ann');
    await rows(connection, 'CREATE OR REPLACE TABLE long AS SELECT range AS i FROM range(4000000)');
    const query = 'SELECT sum(length(md5(md5(md5(md5(md5(md5(i::VARCHAR)))))))) FROM long';
    const operation = await connection.session.execute(query);
    const fractions: number[] = [];
    for await (const { fraction, details } of connection.follow(operation)) {
      if (fraction !== null) fractions.push(fraction);
      if (details !== null) expect(details.headerNames).toHaveLength(details.rows[0]?.length ?? 0);
    }
    await operation.close();
    expect(fractions.some((fraction) => fraction > 0 && fraction < 1)).toBe(true);
    expect(fractions).toEqual(fractions.toSorted((x, y) => x - y));
  });
});

describe('a query time-out', () => {
  it('ends a statement whose rows go on and on', async () => {
    const connection = await open('ann', '?kyuubi.operation.query.timeout=PT1S');
    const endless = 'SELECT i, md5(i::VARCHAR) FROM range(1000000000) t(i)';
    const result = await connection.query(endless);
    const read = async () => {
      for await (const row of result) if (row.length === 0) break;
    };
    expect(await errorOf(read())).toMatchObject({ sqlState: 'HYT00' });
    expect(await rows(connection, 'SELECT 1')).toEqual([[1]]);
  });
});
