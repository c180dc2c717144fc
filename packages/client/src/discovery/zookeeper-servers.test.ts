import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { type EmbeddedZooKeeper, startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../connect.ts';
import { FakeHiveServer } from '../testing/fake-hive-server.ts';
import { zooKeeperServers } from './zookeeper-servers.ts';

let zooKeeper: EmbeddedZooKeeper;
let addresses: string;
const lookup = (namespace: string) =>
  ({ addresses, namespace, transportMode: null, timeoutMs: 5_000 }) as const;

beforeAll(async () => {
  zooKeeper = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0 });
  addresses = `127.0.0.1:${zooKeeper.port}`;
});
afterAll(() => zooKeeper.close());

async function withDiscovery<T>(
  run: (client: Awaited<ReturnType<typeof discoveryPlugin.open>>) => Promise<T>,
): Promise<T> {
  const options = { addresses, sessionTimeoutMs: 5_000, connectTimeoutMs: 5_000, conf: new Map() };
  const client = await discoveryPlugin.open({ ...options, logger: silentLogger }, {});
  try {
    return await run(client);
  } finally {
    await client.close();
  }
}

describe('zooKeeperServers', () => {
  it('reads both kinds of data and passes over foreign children', async () => {
    await withDiscovery(async ({ registry, records }) => {
      const node = { host: 'gw', version: '1', persistent: true } as const;
      await registry.register('/team/kyuubi', { ...node, port: 10009 });
      const data = 'hive.server2.thrift.bind.host=hs2;hive.server2.thrift.port=10000';
      await registry.register('/team/kyuubi', { ...node, port: 10000, data });
      await registry.register('/team/kyuubi', { ...node, port: 1, data: 'unreadable' });
      await records.put('/team/kyuubi/leader', Buffer.from('gw:1'));
    });
    const servers = await zooKeeperServers(lookup('team/kyuubi'));
    expect(servers.map(({ host, port }) => `${host}:${port}`).sort()).toEqual(['gw:10009', 'hs2:10000']);
  });

  it('reads how many sessions a server has, where it says so', async () => {
    await withDiscovery(async ({ registry, records }) => {
      const node = { host: 'gw', version: '1', persistent: true } as const;
      for (const port of [1, 2, 3, 4]) await registry.register('/loaded', { ...node, port });
      await records.put('/loaded_load/gw:1', Buffer.from('{"sessions":7,"id":"x"}'));
      await records.put('/loaded_load/gw:2', Buffer.from('{"sessions":"many"}'));
      await records.put('/loaded_load/gw:3', Buffer.from('?'));
    });
    const servers = await zooKeeperServers(lookup('loaded'));
    expect(new Map(servers.map(({ port, sessions }) => [port, sessions]))).toEqual(
      new Map([
        [1, 7],
        [2, null],
        [3, null],
        [4, null],
      ]),
    );
  });

  it('finds nobody under a namespace that is not there', async () => {
    expect(await zooKeeperServers(lookup('nowhere'))).toEqual([]);
  });

  it('says which ensemble does not answer', async () => {
    const dead = { ...lookup('kyuubi'), addresses: '127.0.0.1:1', timeoutMs: 300 };
    await expect(zooKeeperServers(dead)).rejects.toThrow('/kyuubi of ZooKeeper 127.0.0.1:1');
  });

  it('connects by way of it', async () => {
    const server = await FakeHiveServer.start();
    await withDiscovery(async ({ registry }) => {
      await registry.register('/ns', { host: '127.0.0.1', port: server.port, version: '1' });
      const url = `jdbc:kyuubi://${addresses}/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=/ns`;
      const connection = await connect(url, { user: 'ann' });
      expect(connection.server).toBe(`127.0.0.1:${server.port}`);
      await connection.close();
    });
    await server.close();
  });
});
