import { once } from 'node:events';
import ZooKeeper from 'zookeeper';
import type { Address } from './gateway.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** Runs `work` with npm's `zookeeper`, which shares no fault with the discovery plugin under test, and no credentials. */
export async function withZooKeeper<T>(
  { host, port }: Address,
  work: (client: ZooKeeper) => Promise<T>,
): Promise<T> {
  const client = new ZooKeeper({
    connect: `${host}:${port}`,
    timeout: CONNECT_TIMEOUT_MS,
    debug_level: ZooKeeper.constants.ZOO_LOG_LEVEL_ERROR,
    host_order_deterministic: false,
  });
  const connected = once(client, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
  client.init({});
  try {
    await connected;
    return await work(client);
  } finally {
    client.close();
  }
}

/** The paths of all engine nodes: children named `serverUri=…` anywhere below a root like `/kyuubi_<version>_USER_DUCKDB`. */
export function engineNodes(address: Address, namespace = 'kyuubi'): Promise<string[]> {
  return withZooKeeper(address, async (client) => {
    const roots = (await children(client, '/')).filter((name) => name.startsWith(`${namespace}_`));
    const found = await Promise.all(roots.map(async (name) => serversBelow(client, `/${name}`)));
    return found.flat().toSorted();
  });
}

async function serversBelow(client: ZooKeeper, path: string): Promise<string[]> {
  const names = await children(client, path);
  const found = await Promise.all(
    names.map(async (name) => {
      const child = `${path}/${name}`;
      return name.startsWith('serverUri=') ? [child] : serversBelow(client, child);
    }),
  );
  return found.flat();
}

/** A node that vanishes between two reads has no children. */
export async function children(client: ZooKeeper, path: string): Promise<string[]> {
  const names: unknown = await client.get_children(path, false).catch(() => []);
  return Array.isArray(names) ? names.map(String) : [];
}
