import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineNodes } from '../support/engine-nodes.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { openSession, query } from '../support/hive.ts';

const conf = {
  'kyuubi.session.engine.login.timeout': 'PT1S',
  'kyuubi.session.engine.open.max.attempts': '2',
  'kyuubi.session.engine.open.retry.wait': 'PT1S',
};

let gateway: Gateway;
let home: GatewayHome;

beforeEach(async () => {
  ({ gateway, home } = await startGateway({ conf }));
});

afterEach(async () => {
  for (const { pid } of home.engines()) process.kill(pid, 'SIGCONT');
  await home.close();
});

async function nodes(): Promise<string[]> {
  if (gateway.zooKeeper === undefined) throw new Error('no embedded ZooKeeper');
  return engineNodes(gateway.zooKeeper);
}

test('an engine that SIGSTOP holds keeps its node and its sessions, whoever else cannot get in meanwhile', async () => {
  const first = await openSession(gateway.binary, 'anna');
  await query(first.session, 'CREATE TEMP TABLE t AS SELECT 42 AS n');
  const [engine] = home.engines();
  const pid = engine?.pid ?? Number.NaN;
  const before = await nodes();
  expect(before).toHaveLength(1);

  process.kill(pid, 'SIGSTOP');
  const late = await openSession(gateway.binary, 'anna');
  const refused = { sqlState: '08001', message: expect.stringMatching(/Engine \S+:\d+ cannot be reached/) };
  await expect(query(late.session, 'SELECT 1')).rejects.toMatchObject(refused);
  expect(await nodes()).toEqual(before);
  expect(home.engines()).toHaveLength(1);

  process.kill(pid, 'SIGCONT');
  expect(await query(first.session, 'SELECT n FROM t')).toEqual([[42]]);
  const next = await openSession(gateway.binary, 'anna');
  expect(await query(next.session, 'SELECT 1')).toEqual([[1]]);
  expect(home.engines().map((each) => each.pid)).toEqual([pid]);
  await Promise.all([first.close(), late.close(), next.close()]);
});
