import type { Logger, ServiceNode } from '@senbon/core';
import type { SpaceSource } from '@senbon/core/discovery';
import type { EtcdClient } from '../client/etcd-client.ts';
import { KeyWatch } from '../client/key-watch.ts';
import { childOf, prefixRange } from '../client/keys.ts';
import { type FoundNode, readSpace } from './read-space.ts';

export interface EtcdSpaceSourceOptions {
  readonly client: EtcdClient;
  readonly space: string;
  readonly logger: Logger;
  readonly changed: () => void;
}

/** One space, and a watch on its keys. */
export class EtcdSpaceSource implements SpaceSource<FoundNode> {
  readonly #options: EtcdSpaceSourceOptions;
  #watch: KeyWatch | null = null;

  constructor(options: EtcdSpaceSourceOptions) {
    this.#options = options;
  }

  async read(_: readonly FoundNode[] | null, signal: AbortSignal): Promise<readonly FoundNode[]> {
    const { client, space, logger, changed } = this.#options;
    const found = await client.run((attempt) => readSpace(attempt, space, logger), { signal });
    // It says once that it has begun, after which nothing is missed.
    if (!signal.aborted) this.#watch ??= new KeyWatch(client, prefixRange(childOf(space, '')), changed);
    return found;
  }

  nodeOf({ node }: FoundNode): ServiceNode {
    return node;
  }

  isSame({ node, createdAt }: FoundNode, other: FoundNode | undefined): boolean {
    const { path, host, port } = node;
    const now = other?.node;
    return createdAt === other?.createdAt && path === now?.path && host === now.host && port === now.port;
  }

  close(): void {
    this.#watch?.close();
  }
}
