import { expect, it } from 'vitest';
import { openSession, query } from '../support/hive.ts';
import { sparkSuite } from '../support/spark-suite.ts';

const SESSIONS = 50;
const GONE_TIMEOUT_MS = 20_000;

const suite = sparkSuite();

const sparks = () =>
  suite.home.engines().filter(({ command }) => command.includes('spark.deploy.SparkSubmit'));

it('is one for fifty sessions of a user that come at once', async () => {
  const clients = await Promise.all(
    Array.from({ length: SESSIONS }, () => openSession(suite.gateway.binary, 'anna')),
  );
  const answers = await Promise.all(clients.map(async ({ session }, i) => query(session, `SELECT ${i}`)));
  expect(answers).toEqual(clients.map((_, i) => [[i]]));
  expect(sparks()).toHaveLength(1);
  await Promise.all(clients.map(async (client) => client.close()));
});

it('is a session’s own at level CONNECTION, and goes with it', async () => {
  const before = sparks().length;
  const own = await openSession(suite.gateway.binary, 'anna', { 'kyuubi.engine.share.level': 'CONNECTION' });
  expect(await query(own.session, 'SELECT 1')).toEqual([[1]]);
  expect(sparks()).toHaveLength(before + 1);
  await own.close();
  await expect.poll(() => sparks().length, { timeout: GONE_TIMEOUT_MS }).toBe(before);
});
