import { type Logger, silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-etcd';
import { type RealEtcd, type StartEtcdOptions, startEtcd } from '@senbon/testkit';
import { etcdBinDir } from '../support/debs.ts';
import { type DiscoveryBench, discoveryBench } from '../support/discovery-bench.ts';

export const LEASE_SECONDS = 3;

/** A cluster and the clients opened on it, all ended together. */
export interface Bench extends DiscoveryBench {
  readonly etcd: RealEtcd;
}

export async function startBench(
  options: Omit<StartEtcdOptions, 'binDir'> = {},
  logger: Logger = silentLogger,
): Promise<Bench> {
  const etcd = await startEtcd({ ...options, binDir: await etcdBinDir() });
  const bench = discoveryBench(etcd, discoveryPlugin, {
    sessionTimeoutMs: 60_000,
    logger,
    conf: { 'kyuubi.ha.etcd.lease.timeout': `PT${LEASE_SECONDS}S` },
  });
  return { ...bench, etcd };
}
