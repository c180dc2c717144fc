import {
  type CallOptions,
  ConnectionState,
  type Logger,
  type NodeSpec,
  type Registration,
  type Registry,
  type ServiceNode,
  type Subscription,
} from '@senbon/core';
import { type SpaceListener, SpaceWatches } from '@senbon/core/discovery';
import type { NodeAcl } from '../client/handle.ts';
import type { ZkClient } from '../client/zk-client.ts';
import { deleteNode } from '../client/zk-ops.ts';
import type { ZkSession } from '../client/zk-session.ts';
import { translated } from '../errors.ts';
import { readSpace } from './read-space.ts';
import { ZkRegistration } from './registration.ts';
import { ZkSpaceSource } from './space-source.ts';

/** How long `close` waits for its nodes to be deleted; then they go with the session. */
const CLOSE_TIMEOUT_MS = 3_000;

export interface ZkRegistryOptions {
  readonly client: ZkClient;
  readonly acl: readonly NodeAcl[] | null;
  /** How long `register` may take. */
  readonly creationTimeoutMs: number;
  readonly logger: Logger;
}

export class ZkRegistry implements Registry {
  readonly #options: ZkRegistryOptions;
  readonly #registrations = new Set<ZkRegistration>();
  readonly #ownPaths = new Set<string>();
  readonly #watches: SpaceWatches<ServiceNode>;

  constructor(options: ZkRegistryOptions) {
    const { client, logger } = options;
    this.#options = options;
    this.#watches = new SpaceWatches({
      open: (space, changed) => new ZkSpaceSource({ client, space, logger, changed }),
      logger,
      closing: client.closing,
    });
  }

  async register(space: string, spec: NodeSpec, call: CallOptions = {}): Promise<Registration> {
    const { client, acl, logger, creationTimeoutMs } = this.#options;
    return translated(space, async () => {
      const registration = await ZkRegistration.open(
        {
          client,
          space,
          spec,
          acl,
          logger,
          ownPaths: this.#ownPaths,
          onEnd: (ended) => this.#registrations.delete(ended),
        },
        { ...call, timeoutMs: creationTimeoutMs },
      );
      if (!registration.isEnded) this.#registrations.add(registration);
      return registration;
    });
  }

  async list(space: string, call: CallOptions = {}): Promise<readonly ServiceNode[]> {
    const { client, logger } = this.#options;
    const read = (session: ZkSession): Promise<readonly ServiceNode[]> => {
      session.sync(space);
      return readSpace(session, space, { logger });
    };
    return translated(space, () => client.run(read, call));
  }

  async watch(space: string, listener: SpaceListener, call: CallOptions = {}): Promise<Subscription> {
    call.signal?.throwIfAborted();
    return translated(space, () => this.#watches.subscribe(space, listener, call));
  }

  async remove(path: string, call: CallOptions = {}): Promise<boolean> {
    return translated(path, () => deleteNode(this.#options.client, path, call));
  }

  /** Removes this client's ephemeral nodes; what cannot be removed now goes with the session. */
  async close(): Promise<void> {
    const { client } = this.#options;
    this.#watches.close();
    await Promise.all(
      [...this.#registrations].map(async (registration) => {
        if (registration.isPersistent || client.state !== ConnectionState.connected) registration.abandon();
        else await registration.close(CLOSE_TIMEOUT_MS).catch(() => undefined);
      }),
    );
  }
}
