import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { openSession, query } from '../support/hive.ts';
import { SPARK_FETCH_TIMEOUT_MS, sparkGateway } from '../support/spark.ts';

const SESSIONS = 50;
const GONE_TIMEOUT_MS = 20_000;

let gateway: Gateway;
let home: GatewayHome;

beforeAll(async () => {
  ({ gateway, home } = await startGateway(await sparkGateway()));
}, SPARK_FETCH_TIMEOUT_MS);
afterAll(async () => home?.close());

const sparks = () => home.engines().filter(({ command }) => command.includes('spark.deploy.SparkSubmit'));

it('is one for fifty sessions of a user that come at once', async () => {
  const clients = await Promise.all(
    Array.from({ length: SESSIONS }, () => openSession(gateway.binary, 'anna')),
  );
  const answers = await Promise.all(clients.map(async ({ session }, i) => query(session, `SELECT ${i}`)));
  expect(answers).toEqual(clients.map((_, i) => [[i]]));
  expect(sparks()).toHaveLength(1);
  await Promise.all(clients.map(async (client) => client.close()));
});

it('is a session’s own at level CONNECTION, and goes with it', async () => {
  const before = sparks().length;
  const own = await openSession(gateway.binary, 'anna', { 'kyuubi.engine.share.level': 'CONNECTION' });
  expect(await query(own.session, 'SELECT 1')).toEqual([[1]]);
  expect(sparks()).toHaveLength(before + 1);
  await own.close();
  await expect.poll(() => sparks().length, { timeout: GONE_TIMEOUT_MS }).toBe(before);
});
