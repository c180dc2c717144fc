import { connect, type Connection } from '@senbon/client';
import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import { openSession } from '../support/hive.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

/** How unlike the two gateways are, and how many clients it takes to even that out. */
const SESSIONS = 12;

let zooKeeper: Awaited<ReturnType<typeof startZooKeeper>>;
let home: GatewayHome;
let busy: Gateway;
let idle: Gateway;

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  home = await GatewayHome.create();
  const conf = { 'kyuubi.ha.addresses': zooKeeper.addresses, 'kyuubi.ha.load.report.interval': 'PT0.2S' };
  [busy, idle] = await Promise.all([home.start({ conf }), home.start({ conf })]);
});

afterAll(async () => {
  await home.close();
  await zooKeeper[Symbol.asyncDispose]();
});

async function reports(): Promise<Record<string, number>> {
  const options = { addresses: zooKeeper.addresses, sessionTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
  const client = await discoveryPlugin.open({ ...options, conf: new Map(), logger: silentLogger }, {});
  try {
    const entries = await client.records.list('/kyuubi_load');
    return Object.fromEntries(
      entries.map(({ path, value }) => {
        const { sessions } = JSON.parse(String(value)) as { sessions: number };
        return [path.slice(path.lastIndexOf('/') + 1), sessions];
      }),
    );
  } finally {
    await client.close();
  }
}

const nameOf = ({ binary: { host, port } }: Gateway) => `${host}:${port}`;

test('clients go to the gateway with fewer sessions, until both have as many', async () => {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => openSession(busy.binary, 'ann')));
  await expect.poll(reports).toEqual({ [nameOf(busy)]: SESSIONS, [nameOf(idle)]: 0 });
  const url = `jdbc:kyuubi://${zooKeeper.addresses}/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi`;
  const connections: Connection[] = [];
  for (let client = 0; client < SESSIONS; client++) connections.push(await connect(url, { user: 'ann' }));
  expect(new Set(connections.map(({ server }) => server))).toEqual(new Set([nameOf(idle)]));
  await expect.poll(reports).toEqual({ [nameOf(busy)]: SESSIONS, [nameOf(idle)]: SESSIONS });
  for (const connection of connections) await connection.close();
  for (const session of sessions) await session.close();
  await expect.poll(reports).toEqual({ [nameOf(busy)]: 0, [nameOf(idle)]: 0 });
});

test('the report goes with its gateway', async () => {
  await busy.stop();
  expect(await reports()).toEqual({ [nameOf(idle)]: 0 });
});
