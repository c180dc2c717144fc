import { ClientError, messageOf } from '../client-error.ts';
import type { DiscoveredServer, Lookup } from './discovered-server.ts';
import { readNode } from './published-node.ts';

/** It ends with the lookup; the ensemble may bound it from below. */
const SESSION_TIMEOUT_MS = 10_000;

/**
 * The servers under a namespace in ZooKeeper. Children that are no server, and nodes that say nothing readable, are
 * passed over. The plugin and ZooKeeper's C client are loaded only now: a direct connection needs neither.
 */
export async function zooKeeperServers(lookup: Lookup): Promise<readonly DiscoveredServer[]> {
  const where = `/${lookup.namespace} of ZooKeeper ${lookup.addresses}`;
  const call = lookup.signal === undefined ? {} : { signal: lookup.signal };
  try {
    const [{ discoveryPlugin }, { silentLogger }, { parseNodeName }] = await Promise.all([
      import('@senbon/discovery-zk'),
      import('@senbon/core'),
      import('@senbon/core/discovery'),
    ]);
    const options = {
      addresses: lookup.addresses,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      connectTimeoutMs: lookup.timeoutMs,
      conf: new Map<string, string>(),
      logger: silentLogger,
    };
    const client = await discoveryPlugin.open(options, call);
    try {
      // Not `registry.list`: it leaves out what a server published beside its host and port.
      const [entries, loads] = await Promise.all([
        client.records.list(`/${lookup.namespace}`, call),
        // Nothing depends on it: other servers have none, and we may not be allowed to read it.
        client.records.list(`/${lookup.namespace}_load`, call).catch(() => []),
      ]);
      const sessions = new Map(loads.map(({ path, value }) => [lastOf(path), sessionsOf(value)]));
      return entries.flatMap(({ path, value }) => {
        const name = lastOf(path);
        const node = parseNodeName(name);
        if (node === null) return [];
        const server = readNode(name, Buffer.from(value).toString('utf8'), lookup.transportMode);
        return server === null ? [] : { ...server, sessions: sessions.get(node.uri) ?? null };
      });
    } finally {
      await client.close();
    }
  } catch (error) {
    if (lookup.signal?.aborted === true) throw error;
    // ZooKeeper's client does not tell a silent server from one that speaks something else.
    const advice = /no answer within/.test(messageOf(error))
      ? '. Check that it is ZooKeeper that listens there'
      : '';
    const problem = `${messageOf(error)}${advice}`;
    throw new ClientError('DISCOVERY_FAILED', { where, problem }, { cause: error });
  }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Of a server's report `{"sessions":3}`; null when it is none. */
function sessionsOf(value: Uint8Array): number | null {
  try {
    const report: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
    if (typeof report !== 'object' || report === null || !('sessions' in report)) return null;
    const { sessions } = report;
    return typeof sessions === 'number' && sessions >= 0 ? sessions : null;
  } catch {
    return null;
  }
}
