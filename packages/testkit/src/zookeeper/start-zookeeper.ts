import { join } from 'node:path';
import { freePort } from '../process/free-port.ts';
import { tempDir } from '../process/temp-dir.ts';
import { type ServerPlan, ZooKeeperServer } from './zookeeper-server.ts';

/** A port that was free may be taken before the server binds it: then all is tried again with others. */
const MAX_ATTEMPTS = 3;
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
export interface RealZooKeeper extends AsyncDisposable {
  /** `127.0.0.1:port,…` of all servers. */
  readonly addresses: string;
  readonly servers: readonly ZooKeeperServer[];
  /** Ends all servers and removes their data. */
  stop(): Promise<void>;
  /** SIGKILL to all; `restart` brings them back with their data. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** SIGSTOP to all: connections stay, nothing is answered. */
  stall(): Promise<void>;
  resume(): void;
}

export async function startZooKeeper(options: StartZooKeeperOptions = {}): Promise<RealZooKeeper> {
  const jarsDir = options.jarsDir ?? process.env[JARS_VARIABLE];
  if (jarsDir === undefined) {
    throw new Error(`Where are ZooKeeper's jars? Pass jarsDir or set the variable ${JARS_VARIABLE}`);
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await startEnsemble(jarsDir, options);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function startEnsemble(jarsDir: string, options: StartZooKeeperOptions): Promise<RealZooKeeper> {
  const dir = await tempDir('zookeeper');
  const plans = await planServers(options.servers ?? 1);
  const settings = {
    classpath: join(jarsDir, '*'),
    dir: dir.path,
    tickTimeMs: options.tickTimeMs ?? DEFAULT_TICK_MS,
    syncTimeoutMs: options.syncTimeoutMs ?? DEFAULT_SYNC_MS,
    plans,
  };
  const servers = plans.map((plan) => new ZooKeeperServer(settings, plan));
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.kill()));
    await dir.remove();
  };
  const startAll = async (): Promise<void> => {
    const results = await Promise.allSettled(servers.map((server) => server.start()));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const kill = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.kill()));
  };
  try {
    await startAll();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    addresses: servers.map((server) => server.address).join(','),
    servers,
    stop,
    kill,
    restart: async () => {
      await kill();
      await startAll();
    },
    stall: async () => {
      await Promise.all(servers.map((server) => server.stall()));
    },
    resume: () => servers.forEach((server) => server.resume()),
    [Symbol.asyncDispose]: stop,
  };
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
