import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { expireSession } from '@senbon/discovery-zk/testing';
import { discoverySuite, startZooKeeper } from '@senbon/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { jarsOf } from '../support/jars.ts';

for (const servers of [1, 3] as const) {
  discoverySuite({
    name: `Apache ZooKeeper, ${servers} server${servers === 1 ? '' : 's'}`,
    runner: { afterAll, beforeAll, describe, it },
    supports: { ...discoveryPlugin.supports, expireSession: true },
    start: async () => {
      const { dir } = await jarsOf('zookeeper-server');
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
