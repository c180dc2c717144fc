import type { Connection, DiscoveryClient, Logger } from '@senbon/core';
import type { NodeAcl } from './client/handle.ts';
import type { ZkClient } from './client/zk-client.ts';
import { ZkLocks } from './locks/zk-locks.ts';
import { ZkRecords } from './records/zk-records.ts';
import { ZkRegistry } from './registry/zk-registry.ts';

export interface ZkDiscoveryClientOptions {
  readonly client: ZkClient;
  readonly acl: readonly NodeAcl[] | null;
  readonly secretAcl: readonly NodeAcl[] | null;
  readonly creationTimeoutMs: number;
  readonly logger: Logger;
}

export class ZkDiscoveryClient implements DiscoveryClient {
  readonly registry: ZkRegistry;
  readonly locks: ZkLocks;
  readonly records: ZkRecords;
  readonly connection: Connection;
  readonly #client: ZkClient;
  #closed: Promise<void> | null = null;

  constructor(options: ZkDiscoveryClientOptions) {
    this.#client = options.client;
    this.connection = options.client;
    this.registry = new ZkRegistry(options);
    this.locks = new ZkLocks(options);
    this.records = new ZkRecords(options);
  }

  /** What another handle needs to take this session over, or to end it; for tests of expiry. */
  get sessionCredentials(): { readonly id: string; readonly password: string } {
    const { id, password } = this.#client.session;
    return { id, password };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.locks.close();
    await this.registry.close();
    await this.#client.close();
  }
}
