import {
  type RealZooKeeper,
  type StartZooKeeperOptions,
  startZooKeeper as startServers,
} from '@senbon/testkit';
import type { Address } from './gateway.ts';
import { jarsOf } from './jars.ts';

/** Apache's ZooKeeper server, one node or three, its jars fetched when they are missing. `await using` ends it. */
export async function startZooKeeper(
  servers: 1 | 3 = 1,
  options: Pick<StartZooKeeperOptions, 'syncTimeoutMs'> = {},
): Promise<RealZooKeeper & { readonly address: Address }> {
  const { dir } = await jarsOf('zookeeper-server');
  const zooKeeper = await startServers({ ...options, jarsDir: dir, servers });
  const port = zooKeeper.servers[0]?.port ?? 0;
  return Object.assign(zooKeeper, { address: { host: '127.0.0.1', port } });
}
