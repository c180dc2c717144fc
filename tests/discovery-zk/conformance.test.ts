import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { expireSession } from '@senbon/discovery-zk/testing';
import { discoverySuite, startZooKeeper } from '@senbon/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { jarsOf } from '../support/jars.ts';

const ensembles = [
  { version: '3.9', jars: 'zookeeper-server', servers: 1 },
  { version: '3.9', jars: 'zookeeper-server', servers: 3 },
  { version: '3.8', jars: 'zookeeper-server-3.8', servers: 1 },
] as const;

for (const { version, jars, servers } of ensembles) {
  discoverySuite({
    name: `Apache ZooKeeper ${version}, ${servers} server${servers === 1 ? '' : 's'}`,
    runner: { afterAll, beforeAll, describe, it },
    supports: { ...discoveryPlugin.supports, expireSession: true },
    start: async () => {
      const { dir } = await jarsOf(jars);
      const zooKeeper = await startZooKeeper({ servers, jarsDir: dir });
      return {
        plugin: discoveryPlugin,
        options: {
          addresses: zooKeeper.addresses,
          sessionTimeoutMs: 4_000,
          connectTimeoutMs: 5_000,
          conf: new Map(),
          logger: silentLogger,
        },
        expireSession: (client) =>
          expireSession(client, { host: '127.0.0.1', port: zooKeeper.servers[0]?.port ?? 0 }),
        stop: () => zooKeeper.stop(),
      };
    },
  });
}
