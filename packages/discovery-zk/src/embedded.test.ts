import { silentLogger } from '@senbon/core';
import { discoverySuite } from '@senbon/testkit';
import { startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { discoveryPlugin } from './index.ts';
import { expireSession } from './testing/index.ts';

discoverySuite({
  name: 'the embedded ZooKeeper, in this very process',
  runner: { afterAll, beforeAll, describe, it },
  supports: { ...discoveryPlugin.supports, expireSession: true },
  start: async () => {
    const server = await startEmbeddedZooKeeper({
      host: '127.0.0.1',
      port: 0,
      tickTimeMs: 100,
      minSessionTimeoutMs: 200,
    });
    return {
      plugin: discoveryPlugin,
      options: {
        addresses: server.address,
        sessionTimeoutMs: 4_000,
        connectTimeoutMs: 5_000,
        conf: new Map(),
        logger: silentLogger,
      },
      expireSession: (client) => expireSession(client, server),
      stop: () => server.close(),
    };
  },
});
