import type { CallOptions, DiscoveryClient, DiscoveryOptions, DiscoveryPlugin } from '@senbon/core';
import type { ZkHandleConstructor } from './client/handle.ts';
import { ZkClient } from './client/zk-client.ts';
import { readOptions } from './options.ts';
import { WireHandle } from './wire/wire-handle.ts';
import { ZkDiscoveryClient } from './zk-discovery-client.ts';

/** Discovery in Apache ZooKeeper, in Kyuubi's znode layout. */
export const discoveryPlugin: DiscoveryPlugin = {
  name: 'zookeeper',
  supports: { publishedConfigs: true, acl: true },
  open: (options, call) => openDiscovery(options, call),
};

/** `handle` is replaced in tests. */
export async function openDiscovery(
  options: DiscoveryOptions,
  call: CallOptions,
  handle: ZkHandleConstructor = WireHandle,
): Promise<DiscoveryClient> {
  const { acl, secretAcl, creationTimeoutMs, ...rest } = readOptions(options);
  const { logger, connectTimeoutMs } = options;
  const client = await ZkClient.open(
    { ...rest, handle, logger, operationTimeoutMs: connectTimeoutMs },
    call.signal,
  );
  return new ZkDiscoveryClient({ client, acl, secretAcl, creationTimeoutMs, logger });
}
