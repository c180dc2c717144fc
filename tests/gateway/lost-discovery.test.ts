import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import { type Client, openSession, query } from '../support/hive.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

const SESSION_TIMEOUT_MS = 4_000;
/** The session's time-out, a check of the ensemble's, and what two busy cores need. */
const PATIENCE_MS = 30_000;

let zooKeeper: Awaited<ReturnType<typeof startZooKeeper>>;
let home: GatewayHome;
let waiting: Gateway;
let draining: Gateway;
let sessions: Client[];

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  home = await GatewayHome.create();
  const conf = {
    'kyuubi.ha.addresses': zooKeeper.addresses,
    'kyuubi.ha.zookeeper.session.timeout': String(SESSION_TIMEOUT_MS),
    'kyuubi.server.drain.deadline': 'PT10M',
  };
  [waiting, draining] = await Promise.all([
    home.start({ conf }),
    home.start({ conf: { ...conf, 'kyuubi.ha.lost.action': 'drain' } }),
  ]);
  sessions = await Promise.all([waiting, draining].map(({ binary }) => openSession(binary, 'ann')));
  for (const { session } of sessions) await query(session, 'select 1');
});

afterAll(async () => {
  await home.close();
  await zooKeeper[Symbol.asyncDispose]();
});

async function registered(): Promise<number[]> {
  const options = { addresses: zooKeeper.addresses, sessionTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  const client = await discoveryPlugin.open({ ...options, conf: new Map(), logger: silentLogger }, {});
  try {
    return (await client.registry.list('/kyuubi')).map(({ port }) => port);
  } finally {
    await client.close();
  }
}

const serves = async () => {
  for (const { session } of sessions) expect(await query(session, 'select 2')).toEqual([[2]]);
};

test('ZooKeeper away for shorter than the session time-out is not noticed', async () => {
  await zooKeeper.stall();
  await Promise.all(
    [waiting, draining].map((gateway) => gateway.waitForLine(/connected -> suspended/, PATIENCE_MS)),
  );
  await serves();
  zooKeeper.resume();
  await Promise.all(
    [waiting, draining].map((gateway) => gateway.waitForLine(/suspended -> connected/, PATIENCE_MS)),
  );
  expect(new Set(await registered())).toEqual(new Set([waiting.binary.port, draining.binary.port]));
  expect(draining.log()).not.toContain('-> draining');
});

test('away for longer, one gateway waits, the other drains; both serve on', async () => {
  await zooKeeper.kill();
  await Promise.all([
    waiting.waitForLine(/Service discovery has been away for 4 seconds/, PATIENCE_MS),
    draining.waitForLine(
      /LOST, but failed to reconnect in 4 seconds\. Give up retry and stop gracefully/,
      PATIENCE_MS,
    ),
    draining.waitForLine(/running -> draining \(service discovery is lost\)/, PATIENCE_MS),
  ]);
  await serves();
  await expect(openSession(draining.binary, 'bob')).rejects.toThrow('is being drained');
});

test('when it is back, the one registers again, once, and the other ends with its last session', async () => {
  await zooKeeper.restart();
  await waiting.waitForLine(/Service discovery is back/, PATIENCE_MS);
  await expect.poll(registered, { timeout: PATIENCE_MS, interval: 500 }).toEqual([waiting.binary.port]);
  await serves();
  const [kept, last] = sessions;
  await last?.close();
  await draining.stop();
  expect(await registered()).toEqual([waiting.binary.port]);
  const fresh = await openSession(waiting.binary, 'bob');
  expect(await query(fresh.session, 'select 3')).toEqual([[3]]);
  await fresh.close();
  await kept?.close();
});
