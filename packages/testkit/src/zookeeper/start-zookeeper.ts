import { join } from 'node:path';
import { freePort } from '../process/free-port.ts';
import { type ServerGroup, startGroup } from '../process/server-group.ts';
import { type ServerPlan, ZooKeeperServer } from './zookeeper-server.ts';

const DEFAULT_TICK_MS = 200;
const DEFAULT_SYNC_MS = 10_000;
const JARS_VARIABLE = 'SENBON_ZOOKEEPER_JARS';

export interface StartZooKeeperOptions {
  /** 1 by default. */
  readonly servers?: 1 | 3;
  /**
   * Folder with the jars of `org.apache.zookeeper:zookeeper`, `io.dropwizard.metrics:metrics-core` and
   * `org.xerial.snappy:snappy-java`. The variable `SENBON_ZOOKEEPER_JARS` when absent.
   */
  readonly jarsDir?: string;
  /** 200 ms by default, so the least session time-out is 400 ms. */
  readonly tickTimeMs?: number;
  /** How long the servers of an ensemble may be silent to each other; 10 s by default, long enough for a busy machine. */
  readonly syncTimeoutMs?: number;
}

/** Apache ZooKeeper in processes of its own, on the loopback interface. `await using` ends it. */
export interface RealZooKeeper extends ServerGroup {
  readonly servers: readonly ZooKeeperServer[];
}

export async function startZooKeeper(options: StartZooKeeperOptions = {}): Promise<RealZooKeeper> {
  const jarsDir = options.jarsDir ?? process.env[JARS_VARIABLE];
  if (jarsDir === undefined) {
    throw new Error(`Where are ZooKeeper's jars? Pass jarsDir or set the variable ${JARS_VARIABLE}`);
  }
  return startGroup({
    label: 'zookeeper',
    create: async (dir) => {
      const plans = await planServers(options.servers ?? 1);
      const settings = {
        classpath: join(jarsDir, '*'),
        dir,
        tickTimeMs: options.tickTimeMs ?? DEFAULT_TICK_MS,
        syncTimeoutMs: options.syncTimeoutMs ?? DEFAULT_SYNC_MS,
        plans,
      };
      return plans.map((plan) => new ZooKeeperServer(settings, plan));
    },
  });
}

async function planServers(count: number): Promise<readonly ServerPlan[]> {
  const plans: ServerPlan[] = [];
  const used = new Set<number>();
  const port = async (): Promise<number> => {
    const candidate = await freePort();
    if (used.has(candidate)) return port();
    used.add(candidate);
    return candidate;
  };
  for (let id = 1; id <= count; id++) {
    plans.push({ id, clientPort: await port(), quorumPort: await port(), electionPort: await port() });
  }
  return plans;
}
