import { silentLogger } from '@senbon/core';
import { discoverySuite } from '@senbon/testkit';
import { startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

it('the session time-out is the one that the server grants', async () => {
  const bounds = { tickTimeMs: 100, minSessionTimeoutMs: 200, maxSessionTimeoutMs: 3_000 };
  const server = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0, ...bounds });
  const client = await discoveryPlugin.open(
    {
      addresses: server.address,
      sessionTimeoutMs: 60_000,
      connectTimeoutMs: 5_000,
      conf: new Map(),
      logger: silentLogger,
    },
    {},
  );
  expect(client.connection.sessionTimeoutMs).toBe(3_000);
  await client.close();
  await server.close();
});
