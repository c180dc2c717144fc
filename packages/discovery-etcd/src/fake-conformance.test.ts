import { type DiscoveryPlugin, silentLogger } from '@senbon/core';
import { discoverySuite } from '@senbon/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { EtcdDiscoveryClient } from './etcd-discovery-client.ts';
import { discoveryPlugin, openDiscovery } from './plugin.ts';
import { FakeEtcd } from './testing/fake-etcd.ts';

const ADDRESS = 'http://fake:2379';

discoverySuite({
  name: 'a fake etcd',
  runner: { afterAll, beforeAll, describe, it },
  supports: { ...discoveryPlugin.supports, expireSession: true },
  start: async () => {
    const etcd = new FakeEtcd();
    const plugin: DiscoveryPlugin = {
      ...discoveryPlugin,
      open: (options, call) =>
        options.addresses === 'fake'
          ? openDiscovery(options, call, etcd.links)
          : discoveryPlugin.open(options, call),
    };
    return {
      plugin,
      options: {
        addresses: 'fake',
        sessionTimeoutMs: 1_000,
        connectTimeoutMs: 2_000,
        conf: new Map([['kyuubi.ha.etcd.lease.timeout', 'PT1S']]),
        logger: silentLogger,
      },
      expireSession: async (client) => {
        if (client instanceof EtcdDiscoveryClient) etcd.expire(client.leaseId);
      },
      stop: async () => etcd.takeDown(ADDRESS),
    };
  },
});
