import { once } from 'node:events';
import ZooKeeper from 'zookeeper';
import type { Address } from './gateway.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The paths of all engine nodes: children named `serverUri=…` anywhere below a root like `/kyuubi_<version>_USER_DUCKDB`.
 * Reads with npm `zookeeper` itself, so that it does not share a fault with the discovery plugin under test.
 */
export async function engineNodes({ host, port }: Address): Promise<string[]> {
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
    const roots = (await children(client, '/')).filter((name) => name.startsWith('kyuubi_'));
    const found = await Promise.all(roots.map(async (name) => serversBelow(client, `/${name}`)));
    return found.flat().toSorted();
  } finally {
    client.close();
  }
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
async function children(client: ZooKeeper, path: string): Promise<string[]> {
  const names: unknown = await client.get_children(path, false).catch(() => []);
  return Array.isArray(names) ? names.map(String) : [];
}
