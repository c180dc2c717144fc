import { type Connection, connect } from '@senbon/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { dialects } from '../support/dialects.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { startSparkConnectServer } from '../support/spark-connect-server.ts';
import type { SparkProgram } from '../support/spark-program.ts';
import { SPARK_FETCH_TIMEOUT_MS, sparkPeer } from '../support/spark.ts';
import { Tether } from '../support/tether.ts';
import { TlsEnding } from '../support/tls-ending.ts';

const ROWS = 1_000_000;

let spark: SparkProgram;
let tether: Tether;
let ending: TlsEnding;
let gateway: Gateway;
let home: GatewayHome;

beforeAll(async () => {
  spark = await startSparkConnectServer(await sparkPeer());
  tether = await Tether.to(spark.port);
  ending = await TlsEnding.before(spark.port);
  ({ gateway, home } = await startGateway({
    conf: {
      'kyuubi.engine.type': 'SPARK_SQL',
      'kyuubi.engine.spark.connect.url': `sc://127.0.0.1:${tether.port}/;x-colour=geheim`,
      '___eve___.kyuubi.engine.spark.connect.url': `sc://localhost:${ending.port}/;use_ssl=true`,
    },
  }));
}, SPARK_FETCH_TIMEOUT_MS);

afterAll(async () => {
  await home?.close();
  await tether?.close();
  await ending?.close();
  await spark?.stop();
});

const opened: Connection[] = [];
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
});

async function open(): Promise<Connection> {
  const connection = await connect(gateway.urls.binary, { user: 'anna' });
  opened.push(connection);
  return connection;
}

describe('a Spark Connect server that ran before', () => {
  it('is used, and keeps running when the engine ends', async () => {
    const connection = await open();
    expect(await (await connection.query('SELECT 1')).toArray()).toEqual([[1]]);
    expect(home.engines()).toHaveLength(1);
    expect(home.engines()[0]?.command).not.toContain('geheim');
  });

  it('loses no row and no view of a session when the connection to it is cut in mid-result', async () => {
    const connection = await open();
    await connection.query('CREATE TEMPORARY VIEW kept AS SELECT 7 AS n');
    const result = await connection.query(`SELECT id, repeat('x', 100) FROM range(${ROWS})`);
    let next = 0n;
    let cuts = 0;
    for await (const [id] of result) {
      if (id !== next) expect(id).toBe(next);
      next++;
      if (next === 50_000n || next === 500_000n) cuts += tether.sever();
    }
    expect(next).toBe(BigInt(ROWS));
    expect(cuts).toBeGreaterThan(1);
    expect(await (await connection.query('SELECT n FROM kept')).toArray()).toEqual([[7]]);
  });

  it('goes on with a statement that has no rows yet when the connection is cut', async () => {
    const connection = await open();
    const sql = 'SELECT count(*) FROM range(30000) a, range(30000) b WHERE (a.id * b.id) % 7 = 3';
    const expected = await (await connection.query(sql)).toArray();
    const timer = setTimeout(() => tether.sever(), 500);
    expect(await (await connection.query(sql)).toArray()).toEqual(expected);
    clearTimeout(timer);
  });

  it('cannot send intervals of months, days and a time at once, as Spark 3.5 cannot', async () => {
    const connection = await open();
    const sql = 'SELECT make_interval(1, 2, 3) AS i';
    const failure = connection.query(sql).then(async (result) => result.toArray());
    await expect(failure).rejects.toMatchObject({ sqlState: '0A000' });
    const text = await connection.query(`SELECT CAST(i AS string) FROM (${sql})`);
    expect(await text.toArray()).toEqual([['1 years 2 months 21 days']]);
  });

  it('says so when Spark has forgotten a session, rather than go on without its views', async () => {
    const connection = await open();
    await connection.query('CREATE TEMPORARY VIEW forgotten AS SELECT 1 AS n');
    // More than Spark 3.5 keeps, and it cannot be told that they are closed.
    for (let i = 0; i < 150; i++) await (await connect(gateway.urls.binary, { user: 'anna' })).close();
    await expect(connection.query('SELECT n FROM forgotten')).rejects.toMatchObject({
      sqlState: '08003',
      message: expect.stringContaining('Spark has forgotten this session'),
    });
  });

  it('cancels there', async () => {
    const connection = await open();
    const abort = new AbortController();
    const running = connection.query(dialects.spark.slow, { signal: abort.signal });
    setTimeout(() => abort.abort(), 1_000);
    await expect(running).rejects.toThrow();
    // Two cores of Spark's would be busy for minutes.
    const started = performance.now();
    await (await connection.query('SELECT count(*) FROM range(1000000)')).toArray();
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('a Spark Connect server behind TLS', () => {
  it('is used where its certificate is known, with a token that no log shows', async () => {
    const secure = await startGateway({
      conf: {
        'kyuubi.engine.type': 'SPARK_SQL',
        'kyuubi.engine.spark.connect.url': `sc://localhost:${ending.port}/;use_ssl=true;token=geheim;user_id=robot`,
      },
      env: { NODE_EXTRA_CA_CERTS: ending.certificate },
    });
    try {
      const connection = await connect(secure.gateway.urls.binary, { user: 'anna' });
      expect(await (await connection.query('SELECT 1')).toArray()).toEqual([[1]]);
      await connection.close();
      expect(ending.connections).toBeGreaterThan(0);
      expect(secure.gateway.log()).not.toContain('geheim');
    } finally {
      await secure.home.close();
    }
  });

  it('is not believed where its certificate is not known', async () => {
    const connecting = connect(gateway.urls.binary, { user: 'eve' }).then(async (connection) =>
      (await connection.query('SELECT 1')).toArray(),
    );
    await expect(connecting).rejects.toThrow(/certificate/);
  });
});
