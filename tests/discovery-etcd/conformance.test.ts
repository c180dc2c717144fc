import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-etcd';
import { expireSession } from '@senbon/discovery-etcd/testing';
import { discoverySuite, startEtcd } from '@senbon/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { etcdBinDir } from '../support/debs.ts';

for (const members of [1, 3] as const) {
  discoverySuite({
    name: `etcd, ${members} member${members === 1 ? '' : 's'}`,
    runner: { afterAll, beforeAll, describe, it },
    supports: { ...discoveryPlugin.supports, expireSession: true },
    start: async () => {
      const etcd = await startEtcd({ members, binDir: await etcdBinDir() });
      return {
        plugin: discoveryPlugin,
        options: {
          addresses: etcd.addresses,
          sessionTimeoutMs: 4_000,
          connectTimeoutMs: 5_000,
          conf: new Map([['kyuubi.ha.etcd.lease.timeout', 'PT4S']]),
          logger: silentLogger,
        },
        expireSession: (client) => expireSession(client, etcd.members[0]?.address ?? ''),
        stop: () => etcd.stop(),
      };
    },
  });
}
