import { randomUUID } from 'node:crypto';
import { freePort } from '../process/free-port.ts';
import { tempDir } from '../process/temp-dir.ts';
import { EtcdMember, type MemberPlan, type MemberTls } from './etcd-member.ts';

/** A port that was free may be taken before the member binds it: then all is tried again with others. */
const MAX_ATTEMPTS = 3;
const BIN_VARIABLE = 'SENBON_ETCD_BIN';

export interface StartEtcdOptions {
  /** 1 by default. */
  readonly members?: 1 | 3;
  /** Folder with `etcd` and `etcdctl`. The variable `SENBON_ETCD_BIN` when absent. */
  readonly binDir?: string;
  readonly tls?: MemberTls;
}

/** etcd in processes of its own, on the loopback interface. `await using` ends it. */
export interface RealEtcd extends AsyncDisposable {
  /** `127.0.0.1:port,…` of all members. */
  readonly addresses: string;
  readonly members: readonly EtcdMember[];
  /** `etcdctl` against the first member. */
  ctl(...args: readonly string[]): Promise<string>;
  /** Ends all members and removes their data. */
  stop(): Promise<void>;
  /** SIGKILL to all; `restart` brings them back with their data. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** SIGSTOP to all: connections stay, nothing is answered. */
  stall(): Promise<void>;
  resume(): void;
}

export async function startEtcd(options: StartEtcdOptions = {}): Promise<RealEtcd> {
  const binDir = options.binDir ?? process.env[BIN_VARIABLE];
  if (binDir === undefined) {
    throw new Error(`Where are etcd and etcdctl? Pass binDir or set the variable ${BIN_VARIABLE}`);
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await startCluster(binDir, options);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function startCluster(binDir: string, options: StartEtcdOptions): Promise<RealEtcd> {
  const dir = await tempDir('etcd');
  const plans = await planMembers(options.members ?? 1);
  const settings = { binDir, dir: dir.path, plans, tls: options.tls };
  const members = plans.map((plan) => new EtcdMember(settings, plan));
  const all = async (act: (member: EtcdMember) => Promise<void>): Promise<void> => {
    const results = await Promise.allSettled(members.map(act));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const kill = (): Promise<void> => all((member) => member.kill());
  const stop = async (): Promise<void> => {
    await kill();
    await dir.remove();
  };
  try {
    await all((member) => member.start());
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    addresses: members.map((member) => member.address).join(','),
    members,
    ctl: async (...args) => (await members[0]?.ctl(...args)) ?? '',
    stop,
    kill,
    restart: async () => {
      await kill();
      await all((member) => member.start());
    },
    stall: () => all((member) => member.stall()),
    resume: () => members.forEach((member) => member.resume()),
    [Symbol.asyncDispose]: stop,
  };
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
