import { type Connection, connect } from '@senbon/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { SPARK_FETCH_TIMEOUT_MS, sparkGateway } from '../support/spark.ts';

let gateway: Gateway;
let home: GatewayHome;

beforeAll(async () => {
  ({ gateway, home } = await startGateway(await sparkGateway()));
}, SPARK_FETCH_TIMEOUT_MS);
afterAll(async () => home?.close());

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

describe('a Spark engine of kind connect', () => {
  it('is the default where SPARK_HOME is set, and answers a query', async () => {
    const connection = await open();
    expect(await rows(connection, 'SELECT 1 AS n, version() AS v')).toEqual([
      [1, expect.stringMatching(/^3\.5\./)],
    ]);
  });

  it('says what is wrong with Spark’s own words and SQLSTATE', async () => {
    const connection = await open();
    await expect(rows(connection, 'SELECT * FROM nowhere')).rejects.toMatchObject({
      sqlState: '42P01',
      message: expect.stringContaining('[TABLE_OR_VIEW_NOT_FOUND]'),
    });
    await expect(rows(connection, 'SELEKT 1')).rejects.toMatchObject({ sqlState: '42601' });
  });
});
