import { type Logger, silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { type RealZooKeeper, type StartZooKeeperOptions, startZooKeeper } from '@senbon/testkit';
import { type DiscoveryBench, discoveryBench } from '../support/discovery-bench.ts';
import { jarsOf } from '../support/jars.ts';

export const SESSION_TIMEOUT_MS = 3_000;

/** A server (or three) and the clients opened on it, all ended together. */
export interface Bench extends DiscoveryBench {
  readonly zooKeeper: RealZooKeeper;
  /** Of the first server. */
  readonly port: number;
}

export async function startBench(
  options: Omit<StartZooKeeperOptions, 'jarsDir'> = {},
  logger: Logger = silentLogger,
): Promise<Bench> {
  const { dir } = await jarsOf('zookeeper-server');
  const zooKeeper = await startZooKeeper({ ...options, jarsDir: dir });
  const bench = discoveryBench(zooKeeper, discoveryPlugin, { sessionTimeoutMs: SESSION_TIMEOUT_MS, logger });
  return { ...bench, zooKeeper, port: zooKeeper.servers[0]?.port ?? 0 };
}
