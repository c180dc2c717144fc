import type { RestartableServer } from './restartable-server.ts';
import { tempDir } from './temp-dir.ts';

/** A port that was free may be taken before a server binds it: then all is tried again with others. */
const MAX_ATTEMPTS = 3;

/** Servers that belong together, in processes of their own, on the loopback interface. `await using` ends them. */
export interface ServerGroup extends AsyncDisposable {
  /** `127.0.0.1:port,…` of all. */
  readonly addresses: string;
  /** Ends all and removes their data. */
  stop(): Promise<void>;
  /** SIGKILL to all; `restart` brings them back with their data. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** SIGSTOP to all: connections stay, nothing is answered. */
  stall(): Promise<void>;
  resume(): void;
}

export interface GroupPlan<S extends RestartableServer> {
  /** Of the temporary folder. */
  readonly label: string;
  /** With their data in `dir`, on ports that are free now. */
  create(dir: string): Promise<readonly S[]>;
}

export async function startGroup<S extends RestartableServer>(
  plan: GroupPlan<S>,
): Promise<ServerGroup & { readonly servers: readonly S[] }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(plan);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function startOnce<S extends RestartableServer>(
  plan: GroupPlan<S>,
): Promise<ServerGroup & { readonly servers: readonly S[] }> {
  const dir = await tempDir(plan.label);
  const servers = await plan.create(dir.path);
  const all = async (act: (server: S) => Promise<void>): Promise<void> => {
    const results = await Promise.allSettled(servers.map(act));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const start = (): Promise<void> => all((server) => server.start());
  const kill = (): Promise<void> => all((server) => server.kill());
  const stop = async (): Promise<void> => {
    await kill();
    await dir.remove();
  };
  try {
    await start();
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
      await start();
    },
    stall: () => all((server) => server.stall()),
    resume: () => servers.forEach((server) => server.resume()),
    [Symbol.asyncDispose]: stop,
  };
}
