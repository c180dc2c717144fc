import { setTimeout as delay } from 'node:timers/promises';
import {
  type CallOptions,
  type DiscoveryClient,
  type DiscoveryOptions,
  type DiscoveryPlugin,
  SenbonError,
  silentLogger,
} from '@senbon/core';
import { MemoryClient } from './memory-client.ts';
import type { LockQueues } from './memory-locks.ts';
import { MemoryStore } from './memory-store.ts';

export interface MemoryDiscovery {
  readonly plugin: DiscoveryPlugin;
  /** With the one address at which this discovery is found. */
  readonly options: DiscoveryOptions;
  /** As if the server had forgotten the client's session. */
  readonly expireSession: (client: DiscoveryClient) => Promise<void>;
}

let count = 0;

/** Discovery in this process's memory, which passes `discoverySuite`: for tests of what stands above discovery. */
export function memoryDiscovery(): MemoryDiscovery {
  const store = new MemoryStore();
  const queues: LockQueues = new Map();
  const address = `memory:${++count}`;
  const open = async (options: DiscoveryOptions, { signal }: CallOptions): Promise<DiscoveryClient> => {
    signal?.throwIfAborted();
    if (options.addresses === address) return new MemoryClient(store, queues);
    await delay(options.connectTimeoutMs, undefined, signal === undefined ? {} : { signal });
    throw new SenbonError('DISCOVERY_UNREACHABLE', {
      addresses: options.addresses,
      problem: `only ${address} is in this memory`,
    });
  };
  return {
    plugin: { name: 'memory', supports: { publishedConfigs: true, acl: false }, open },
    options: {
      addresses: address,
      sessionTimeoutMs: 1_000,
      connectTimeoutMs: 1_000,
      conf: new Map(),
      logger: silentLogger,
    },
    expireSession: async (client) => {
      if (!(client instanceof MemoryClient)) throw new TypeError('not a client of this plugin');
      client.expire();
    },
  };
}
