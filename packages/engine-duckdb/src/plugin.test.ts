import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { engineSuite, tempDir } from '@senbon/testkit';
import { startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { enginePlugin } from './plugin.ts';

engineSuite({
  name: 'DuckDB',
  runner: { describe, it, beforeAll, afterAll },
  async start() {
    const zooKeeper = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0 });
    const addresses = `127.0.0.1:${zooKeeper.port}`;
    const conf = new Map([
      ['kyuubi.ha.addresses', addresses],
      ['kyuubi.engine.discovery.lost.timeout', 'PT1S'],
    ]);
    const discovery = await discoveryPlugin.open(
      { addresses, sessionTimeoutMs: 10_000, connectTimeoutMs: 5_000, conf, logger: silentLogger },
      {},
    );
    const workDir = await tempDir();
    return {
      plugin: enginePlugin,
      discovery,
      conf,
      workDir: workDir.path,
      selectOne: 'SELECT 1',
      slow: 'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 3',
      failing: { statement: 'SELECT * FROM no_such_table', sqlState: '42P01' },
      async stop() {
        await discovery.close();
        await zooKeeper.close();
        await workDir.remove();
      },
    };
  },
});
