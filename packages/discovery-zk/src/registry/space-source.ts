import type { Logger, ServiceNode } from '@senbon/core';
import type { SpaceSource } from '@senbon/core/discovery';
import type { ZkClient } from '../client/zk-client.ts';
import { readSpace } from './read-space.ts';

export interface ZkSpaceSourceOptions {
  readonly client: ZkClient;
  readonly space: string;
  readonly logger: Logger;
  /** One function for all reads, so that a watch that several reads joined calls it once. */
  readonly changed: () => void;
}

/** One space, read with watches, which are set anew in a new session. */
export class ZkSpaceSource implements SpaceSource<ServiceNode> {
  readonly #options: ZkSpaceSourceOptions;
  readonly #offSession: () => void;

  constructor(options: ZkSpaceSourceOptions) {
    this.#options = options;
    this.#offSession = options.client.onSession(options.changed);
  }

  read(before: readonly ServiceNode[] | null, signal: AbortSignal): Promise<readonly ServiceNode[]> {
    const { client, space, logger, changed } = this.#options;
    const known = new Map(before?.map((node) => [node.name, node]));
    return client.run((session) => readSpace(session, space, { logger, known, onChange: changed }), {
      signal,
    });
  }

  nodeOf(node: ServiceNode): ServiceNode {
    return node;
  }

  /** A known node is handed on as it is. */
  isSame(one: ServiceNode, other: ServiceNode | undefined): boolean {
    return one === other;
  }

  close(): void {
    this.#offSession();
  }
}
