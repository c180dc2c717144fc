import type { CallOptions, DiscoveryClient, DiscoveryOptions, DiscoveryPlugin } from '@senbon/core';
import { EtcdClient } from './client/etcd-client.ts';
import type { LinkFactory } from './client/etcd-link.ts';
import { etcd3Links } from './client/etcd3-link.ts';
import { translated } from './errors.ts';
import { EtcdDiscoveryClient } from './etcd-discovery-client.ts';
import { readOptions } from './options.ts';

/** Discovery in etcd, in Kyuubi's layout of keys. */
export const discoveryPlugin: DiscoveryPlugin = {
  name: 'etcd',
  supports: { publishedConfigs: false, acl: false },
  open: (options, call) => openDiscovery(options, call),
};

/** `links` are replaced in tests. */
export async function openDiscovery(
  options: DiscoveryOptions,
  { signal }: CallOptions,
  links?: LinkFactory,
): Promise<DiscoveryClient> {
  signal?.throwIfAborted();
  const { logger, connectTimeoutMs } = options;
  const { addresses, ttlSeconds, attemptTimeoutMs, ...access } = await readOptions(options);
  const times = { ttlSeconds, attemptTimeoutMs, connectTimeoutMs, operationTimeoutMs: connectTimeoutMs };
  const linksToUse = links ?? (await etcd3Links({ ...access, attemptTimeoutMs }));
  const client = await translated('/', () =>
    EtcdClient.open({ ...times, addresses, links: linksToUse, logger }, signal),
  );
  return new EtcdDiscoveryClient({ client, logger });
}
