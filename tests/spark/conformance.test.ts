import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { enginePlugin } from '@senbon/engine-spark';
import { engineSuite, tempDir } from '@senbon/testkit';
import { startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { dialects } from '../support/dialects.ts';
import { sparkGateway } from '../support/spark.ts';

engineSuite({
  name: 'Spark by Spark Connect',
  runner: { describe, it, beforeAll, afterAll },
  async start() {
    const zooKeeper = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0 });
    const addresses = `127.0.0.1:${zooKeeper.port}`;
    const { conf: sparkConf = {}, env = {} } = await sparkGateway();
    const conf = new Map([
      ...Object.entries(sparkConf),
      ['kyuubi.engine.spark.home', env['SPARK_HOME'] ?? ''] as const,
      ['kyuubi.ha.addresses', addresses] as const,
      ['kyuubi.engine.discovery.lost.timeout', 'PT1S'] as const,
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
      slow: dialects.spark.slow,
      failing: { statement: dialects.spark.unknownTable, sqlState: '42P01' },
      async stop() {
        await discovery.close();
        await zooKeeper.close();
        await workDir.remove();
      },
    };
  },
});
