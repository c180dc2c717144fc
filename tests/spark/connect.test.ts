import { type Connection, connect } from '@senbon/client';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConnectChannel } from '../../packages/engine-spark/src/connect/connect-channel.ts';
import { ConnectSession } from '../../packages/engine-spark/src/connect/connect-session.ts';
import { engineNodes } from '../support/engine-nodes.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { SPARK_FETCH_TIMEOUT_MS, sparkGateway } from '../support/spark.ts';

/** gRPC's code. */
const UNAUTHENTICATED = 16;

let gateway: Gateway;
let home: GatewayHome;

const opened: Connection[] = [];
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
});

async function open(user = 'anna'): Promise<Connection> {
  const connection = await connect(gateway.urls.binary, { user });
  opened.push(connection);
  return connection;
}

async function rows(connection: Connection, sql: string): Promise<readonly unknown[]> {
  return (await connection.query(sql)).toArray();
}

describe.each(['3.5', '4.0'] as const)('a Spark engine of kind connect, Spark %s', (version) => {
  beforeAll(async () => {
    ({ gateway, home } = await startGateway(await sparkGateway(version)));
  }, SPARK_FETCH_TIMEOUT_MS);
  afterAll(async () => home?.close());

  it('is the default where SPARK_HOME is set, and answers a query', async () => {
    const connection = await open();
    expect(await rows(connection, 'SELECT 1 AS n, version() AS v')).toEqual([
      [1, expect.stringContaining(`${version}.`)],
    ]);
  });

  it('is registered under the name of its Spark application', async () => {
    await rows(await open(), 'SELECT 1');
    const [node] = await engineNodes(gateway.zooKeeper ?? { host: '', port: 0 });
    expect(node).toMatch(
      /;spark\.driver\.memory=1g;spark\.executor\.memory=;.*kyuubi\.engine\.id=local-\d+;/,
    );
  });

  it('says what is wrong with Spark’s own words and SQLSTATE', async () => {
    const connection = await open();
    await expect(rows(connection, 'SELECT * FROM nowhere')).rejects.toMatchObject({
      sqlState: '42P01',
      message: expect.stringContaining('[TABLE_OR_VIEW_NOT_FOUND]'),
    });
    await expect(rows(connection, 'SELEKT 1')).rejects.toMatchObject({ sqlState: '42601' });
  });

  it('is used by nobody without the token that its engine has', async () => {
    await open();
    const intruder = new ConnectSession({
      channel: new ConnectChannel({
        host: '127.0.0.1',
        port: connectPort(),
        isSecure: false,
        headers: new Map(),
        userId: null,
      }),
      fate: { ending: null, isReattachable: true },
      sessionId: randomUUID(),
      userId: 'anna',
    });
    await expect(intruder.analyze({ sparkVersion: {} })).rejects.toMatchObject({ code: UNAUTHENTICATED });
    intruder.channel.close();
  });

  it('shows the plan in place of the result, and does nothing', async () => {
    const connection = await open();
    await rows(connection, 'CREATE TABLE planned USING parquet AS SELECT 1 AS n');
    await rows(connection, 'SET kyuubi.operation.plan.only.mode=optimize');
    expect(await rows(connection, 'DROP TABLE planned')).toEqual([[expect.stringContaining('DropTable')]]);
    await rows(connection, 'SET kyuubi.operation.plan.only.mode=none');
    expect(await rows(connection, 'SELECT n FROM planned')).toEqual([[1]]);
    await rows(connection, 'DROP TABLE planned');
  });

  it('gives a session the confs and the database that it asks for', async () => {
    const first = await open();
    await rows(first, 'CREATE DATABASE IF NOT EXISTS elsewhere');
    const url = gateway.urls.binary.replace('/default', '/elsewhere') + '?spark.sql.shuffle.partitions=7';
    const second = await connect(url, { user: 'anna' });
    opened.push(second);
    expect(await rows(second, 'SELECT current_database()')).toEqual([['elsewhere']]);
    expect(await rows(second, 'SET spark.sql.shuffle.partitions')).toEqual([
      ['spark.sql.shuffle.partitions', '7'],
    ]);
    expect(await rows(first, 'SET spark.sql.shuffle.partitions')).toEqual([
      ['spark.sql.shuffle.partitions', '2'],
    ]);
  });
});

/** Where the one Spark of this gateway listens, by its own log. */
function connectPort(): number {
  const work = join(home.dir, 'work');
  const logs = readdirSync(work, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.log(\.\d+)?$/.test(path))
    .map((path) => readFileSync(join(work, path), 'utf8'));
  const [, port] = /Spark Connect server started at: \S*:(\d+)/.exec(logs.join('\n')) ?? [];
  return Number(port);
}
