import { type DiscoveryClient, type DiscoveryPlugin, silentLogger } from '@senbon/core';
import { discoveryPlugin as etcdPlugin } from '@senbon/discovery-etcd';
import { discoveryPlugin as zooKeeperPlugin } from '@senbon/discovery-zk';
import { startEtcd } from '@senbon/testkit';
import { etcdBinDir } from '../support/debs.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

/** Patience of a client that looks on from outside. */
const CONNECT_TIMEOUT_MS = 15_000;
/** It leaves a server that hangs after two thirds of it. */
const LOOK_TIMEOUT_MS = 5_000;
const LEADER_TIMEOUT_MS = 20_000;
/** A leader that hangs is to be replaced before sessions would end. ZooKeeper's own defaults have 10 s to 60 s. */
const SYNC_TIMEOUT_MS = 1_600;

/** A ZooKeeper server or a member of etcd, a process of its own. */
export interface Member {
  readonly port: number;
  kill(): Promise<void>;
  start(): Promise<void>;
  stall(): Promise<void>;
  resume(): void;
}

/** Three members, real ones. `await using` ends them. */
export interface Ensemble extends AsyncDisposable {
  readonly members: readonly Member[];
  isLeader(member: Member): Promise<boolean>;
  restart(): Promise<void>;
  /** What a gateway is told, so that its node goes when it was not heard of for so long. */
  conf(addresses: string, timeoutMs: number): Record<string, string>;
  /** A client that is nobody's. */
  open(): Promise<DiscoveryClient>;
}

const openOn = (plugin: DiscoveryPlugin, addresses: string): Promise<DiscoveryClient> =>
  plugin.open(
    {
      addresses,
      sessionTimeoutMs: LOOK_TIMEOUT_MS,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      conf: new Map(),
      logger: silentLogger,
    },
    {},
  );

export async function zooKeeperEnsemble(): Promise<Ensemble> {
  const zooKeeper = await startZooKeeper(3, { syncTimeoutMs: SYNC_TIMEOUT_MS });
  return {
    members: zooKeeper.servers,
    isLeader: async (member) =>
      (await zooKeeper.servers.find(({ port }) => port === member.port)?.mode()) === 'leader',
    restart: () => zooKeeper.restart(),
    conf: (addresses, timeoutMs) => ({
      'kyuubi.ha.addresses': addresses,
      'kyuubi.ha.zookeeper.session.timeout': String(timeoutMs),
    }),
    open: () => openOn(zooKeeperPlugin, zooKeeper.addresses),
    [Symbol.asyncDispose]: () => zooKeeper.stop(),
  };
}

export async function etcdEnsemble(): Promise<Ensemble> {
  const etcd = await startEtcd({ members: 3, binDir: await etcdBinDir() });
  return {
    members: etcd.members,
    isLeader: async (member) =>
      (await etcd.members
        .find(({ port }) => port === member.port)
        ?.isLeader()
        .catch(() => false)) === true,
    restart: () => etcd.restart(),
    conf: (addresses, timeoutMs) => ({
      'kyuubi.ha.client.class': 'org.apache.kyuubi.ha.client.etcd.EtcdDiscoveryClient',
      'kyuubi.ha.addresses': addresses,
      'kyuubi.ha.zookeeper.session.timeout': String(timeoutMs),
      'kyuubi.ha.etcd.lease.timeout': String(timeoutMs),
    }),
    open: () => openOn(etcdPlugin, etcd.addresses),
    [Symbol.asyncDispose]: () => etcd.stop(),
  };
}

/** Waits until one of these members leads. */
export async function leaderAmong(ensemble: Ensemble, members = ensemble.members): Promise<Member> {
  const deadline = performance.now() + LEADER_TIMEOUT_MS;
  for (;;) {
    const leading = await Promise.all(members.map((member) => ensemble.isLeader(member)));
    const leader = members[leading.indexOf(true)];
    if (leader !== undefined) return leader;
    if (performance.now() > deadline) throw new Error(`no leader within ${LEADER_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
