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
    const [{ discoveryPlugin, parseNodeName }, { silentLogger }] = await Promise.all([
      import('@senbon/discovery-zk'),
      import('@senbon/core'),
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
      const entries = await client.records.list(`/${lookup.namespace}`, call);
      return entries.flatMap(({ path, value }) => {
        const name = path.slice(path.lastIndexOf('/') + 1);
        if (parseNodeName(name) === null) return [];
        return readNode(name, Buffer.from(value).toString('utf8'), lookup.transportMode) ?? [];
      });
    } finally {
      await client.close();
    }
  } catch (error) {
    if (lookup.signal?.aborted === true) throw error;
    throw new ClientError('DISCOVERY_FAILED', { where, problem: messageOf(error) }, { cause: error });
  }
}
