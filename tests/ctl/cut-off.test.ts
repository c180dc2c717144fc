import { type DiscoveryClient, silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cable, layCable } from '../support/cable.ts';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import { openSession } from '../support/hive.ts';
import { startZooKeeper } from '../support/zookeeper.ts';
import { runCtl } from './run-ctl.ts';

/** The command's own patience is 15 s, in which a session of 4 s is over. */
const SESSION_TIMEOUT_MS = 4_000;
const PATIENCE_MS = 30_000;

let zooKeeper: Awaited<ReturnType<typeof startZooKeeper>>;
let cable: Cable;
let home: GatewayHome;
let gateway: Gateway;
let client: DiscoveryClient;

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  cable = await layCable(zooKeeper.address.port);
  home = await GatewayHome.create();
  const conf = {
    'kyuubi.ha.addresses': cable.address,
    'kyuubi.ha.zookeeper.session.timeout': String(SESSION_TIMEOUT_MS),
    'kyuubi.server.drain.deadline': 'PT10M',
  };
  gateway = await home.start({ conf });
  const options = { addresses: zooKeeper.addresses, sessionTimeoutMs: 30_000, connectTimeoutMs: 10_000 };
  client = await discoveryPlugin.open({ ...options, conf: new Map(), logger: silentLogger }, {});
});

afterAll(async () => {
  await client.close();
  await home.close();
  await cable[Symbol.asyncDispose]();
  await zooKeeper[Symbol.asyncDispose]();
});

test('a gateway that was cut off drains when it is back, if its node was deleted meanwhile', async () => {
  const held = await openSession(gateway.binary, 'ann');
  cable.cut();
  await gateway.waitForLine(/connected -> suspended/, PATIENCE_MS);
  const { host, port } = gateway.binary;
  const line = `delete server --wait --deadline PT5M -zk ${zooKeeper.addresses} -s ${host} -p ${port} --output json`;
  const outcome = await runCtl(home.dir, ...line.split(' '));
  expect(outcome).toMatchObject({ code: 3, err: expect.stringContaining('says nothing') });
  expect(gateway.log()).not.toContain('-> draining');
  cable.mend();
  await gateway.waitForLine(/suspended -> lost: session expired/, PATIENCE_MS);
  await gateway.waitForLine(/running -> draining \(its node was deleted\)/, PATIENCE_MS);
  await gateway.waitForLine(/The drain was asked to end within/, PATIENCE_MS);
  await expect.poll(() => client.registry.list('/kyuubi'), { timeout: PATIENCE_MS }).toEqual([]);
  expect(await client.records.list('/kyuubi_drain_request')).toEqual([]);
  await held.close();
  await gateway.ended();
}, 120_000);
