import { connect } from '@senbon/client';
import { type DiscoveryClient, silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import type { RealZooKeeper } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cable, layCable } from '../support/cable.ts';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import { SeparateHost, canSeparateHosts } from '../support/separate-host.ts';
import { startZooKeeper } from '../support/zookeeper.ts';
import { Loop, type KeptSession, keptSession } from './loop.ts';

const SESSION_TIMEOUT_MS = 5_000;
/** Of a client that finds nobody at an address: no packet comes back. */
const CONNECT_TIMEOUT_S = 1;
const PATIENCE_MS = 30_000;

/** A gateway and its engine on a host of their own, and another gateway on this one. */
describe.skipIf(!canSeparateHosts())('a host that loses its network', () => {
  let zooKeeper: RealZooKeeper;
  let home: GatewayHome;
  let host: SeparateHost;
  let cable: Cable;
  let witness: DiscoveryClient;
  let remote: Gateway;
  let local: Gateway;
  let kept: KeptSession[];
  let found: Loop;

  beforeAll(async () => {
    zooKeeper = await startZooKeeper();
    home = await GatewayHome.create();
    host = await SeparateHost.create();
    cable = await layCable(zooKeeper.servers[0]?.port ?? 0, host.peer);
    const { addresses } = zooKeeper;
    const timeouts = { sessionTimeoutMs: 30_000, connectTimeoutMs: 10_000 };
    witness = await discoveryPlugin.open(
      { addresses, ...timeouts, conf: new Map(), logger: silentLogger },
      {},
    );
    const timeout = { 'kyuubi.ha.zookeeper.session.timeout': String(SESSION_TIMEOUT_MS) };
    [remote, local] = await Promise.all([
      home.start({
        conf: { ...timeout, 'kyuubi.ha.addresses': cable.address, 'kyuubi.frontend.bind.host': host.address },
        prefix: host.prefix,
      }),
      home.start({ conf: { ...timeout, 'kyuubi.ha.addresses': addresses } }),
    ]);
    kept = [await keptSession(remote.binary, 'anna'), await keptSession(local.binary, 'bob')];
    const url =
      `jdbc:hive2://${addresses}/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi;` +
      `connectTimeout=${CONNECT_TIMEOUT_S * 1_000}`;
    found = new Loop(async () => {
      const connection = await connect(url, { user: 'bob', password: 'any' });
      try {
        await (await connection.query('SELECT 1')).objects().next();
      } finally {
        await connection.close();
      }
    });
  });

  afterAll(async () => {
    await host.plug();
    await found.stop();
    await Promise.all(kept.map((loop) => loop.close()));
    await home.close();
    await witness.close();
    await cable[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
    await zooKeeper.stop();
  });

  const listed = async (): Promise<string[]> =>
    (await witness.registry.list('/kyuubi')).map((node) => `${node.host}:${node.port}`).toSorted();
  const nameOf = ({ binary }: Gateway): string => `${binary.host}:${binary.port}`;

  test('both gateways are found, and what runs on one side runs on the other', async () => {
    await found.onceMore(PATIENCE_MS);
    expect(await listed()).toEqual([nameOf(local), nameOf(remote)].toSorted());
    expect(found.take().failures).toEqual([]);
  });

  test('its node goes with its session; clients that look gateways up pass it by', async () => {
    const [far, near] = kept;
    for (const loop of [...kept, found]) loop.take();
    const beganMs = performance.now();
    await host.unplug();
    await expect.poll(listed, { timeout: PATIENCE_MS }).toEqual([nameOf(local)]);
    const goneMs = Math.round(performance.now() - beganMs);
    await found.onceMore(PATIENCE_MS);
    const [opens, here] = [found.take(), near?.take()];
    console.log(
      `node gone after ${goneMs} ms; ${opens.rounds} opens, longest ${opens.longestMs} ms; longest query here ${here?.longestMs} ms`,
    );
    expect(opens.failures).toEqual([]);
    expect(here?.failures).toEqual([]);
    expect(far?.take().failures).toEqual([]);
    expect(goneMs).toBeLessThan(SESSION_TIMEOUT_MS + 3_000);
  });

  test('plugged in again, its sessions go on where they hung, and it registers', async () => {
    const beganMs = performance.now();
    await host.plug();
    const registered = expect
      .poll(listed, { timeout: PATIENCE_MS })
      .toEqual([nameOf(local), nameOf(remote)].toSorted())
      .then(() => performance.now() - beganMs);
    await kept[0]?.onceMore(PATIENCE_MS);
    const servedMs = performance.now() - beganMs;
    const registeredMs = await registered;
    console.log(`served after ${Math.round(servedMs)} ms, registered after ${Math.round(registeredMs)} ms`);
    expect(kept[0]?.take().failures).toEqual([]);
    await found.onceMore(PATIENCE_MS);
    expect(found.take().failures).toEqual([]);
  });
});
