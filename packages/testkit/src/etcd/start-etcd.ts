import { randomUUID } from 'node:crypto';
import { freePort } from '../process/free-port.ts';
import { type ServerGroup, startGroup } from '../process/server-group.ts';
import { EtcdMember, type MemberPlan, type MemberTls } from './etcd-member.ts';

const BIN_VARIABLE = 'SENBON_ETCD_BIN';

export interface StartEtcdOptions {
  /** 1 by default. */
  readonly members?: 1 | 3;
  /** Folder with `etcd` and `etcdctl`. The variable `SENBON_ETCD_BIN` when absent. */
  readonly binDir?: string;
  readonly tls?: MemberTls;
}

/** etcd in processes of its own, on the loopback interface. `await using` ends it. */
export interface RealEtcd extends ServerGroup {
  readonly members: readonly EtcdMember[];
  /** `etcdctl` against the first member. */
  ctl(...args: readonly string[]): Promise<string>;
}

export async function startEtcd(options: StartEtcdOptions = {}): Promise<RealEtcd> {
  const binDir = options.binDir ?? process.env[BIN_VARIABLE];
  if (binDir === undefined) {
    throw new Error(`Where are etcd and etcdctl? Pass binDir or set the variable ${BIN_VARIABLE}`);
  }
  const { servers: members, ...group } = await startGroup({
    label: 'etcd',
    create: async (dir) => {
      const plans = await planMembers(options.members ?? 1);
      const settings = { binDir, dir, plans, tls: options.tls };
      return plans.map((plan) => new EtcdMember(settings, plan));
    },
  });
  return { ...group, members, ctl: async (...args) => (await members[0]?.ctl(...args)) ?? '' };
}

async function planMembers(count: number): Promise<readonly MemberPlan[]> {
  const ports = new Set<number>();
  while (ports.size < count * 2) ports.add(await freePort());
  const free = [...ports];
  return Array.from({ length: count }, (_, i) => ({
    name: `member-${i + 1}-${randomUUID().slice(0, 8)}`,
    clientPort: free[i * 2] ?? 0,
    peerPort: free[i * 2 + 1] ?? 0,
  }));
}
