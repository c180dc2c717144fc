import type { Connection, DiscoveryClient, Logger } from '@senbon/core';
import type { EtcdClient } from './client/etcd-client.ts';
import { EtcdLocks } from './locks/etcd-locks.ts';
import { EtcdRecords } from './records/etcd-records.ts';
import { EtcdRegistry } from './registry/etcd-registry.ts';

export interface EtcdDiscoveryClientOptions {
  readonly client: EtcdClient;
  readonly logger: Logger;
}

export class EtcdDiscoveryClient implements DiscoveryClient {
  readonly registry: EtcdRegistry;
  readonly locks: EtcdLocks;
  readonly records: EtcdRecords;
  readonly connection: Connection;
  readonly #client: EtcdClient;
  #closed: Promise<void> | null = null;

  constructor(options: EtcdDiscoveryClientOptions) {
    this.#client = options.client;
    this.connection = options.client;
    this.registry = new EtcdRegistry(options);
    this.locks = new EtcdLocks(options);
    this.records = new EtcdRecords(options.client);
  }

  /** What lets another client end this one's session; for tests of expiry. */
  get leaseId(): string {
    return this.#client.session.id;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** The lease takes the nodes and the locks away, in one step. */
  async #close(): Promise<void> {
    this.locks.close();
    this.registry.close();
    await this.#client.close();
  }
}
