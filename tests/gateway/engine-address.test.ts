import { afterEach, expect, test } from 'vitest';
import { engineNodes } from '../support/engine-nodes.ts';
import { type GatewayHome, startGateway } from '../support/gateway.ts';
import { openSession, query } from '../support/hive.ts';

let home: GatewayHome | undefined;

afterEach(() => home?.close());

test.each([
  [{}, '127.0.0.1'],
  [{ 'kyuubi.engine.frontend.bind.host': '127.0.0.2' }, '127.0.0.2'],
  [{ 'kyuubi.engine.frontend.advertised.host': 'localhost' }, 'localhost'],
])('with %j an engine registers %s, and is reached there', async (conf, host) => {
  const started = await startGateway({ conf });
  home = started.home;
  const { binary, zooKeeper } = started.gateway;
  const client = await openSession(binary, 'anna');
  expect(await query(client.session, 'SELECT 1')).toEqual([[1]]);
  if (zooKeeper === undefined) throw new Error('no embedded ZooKeeper');
  expect(await engineNodes(zooKeeper)).toEqual([expect.stringContaining(`serverUri=${host}:`)]);
  await client.close();
});
