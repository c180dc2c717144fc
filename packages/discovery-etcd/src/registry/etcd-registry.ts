import type {
  CallOptions,
  Logger,
  NodeSpec,
  Registration,
  Registry,
  ServiceNode,
  Subscription,
} from '@senbon/core';
import { encodeNodeName, type SpaceListener, SpaceWatches } from '@senbon/core/discovery';
import type { EtcdClient } from '../client/etcd-client.ts';
import { translated } from '../errors.ts';
import { deleteKey } from './place-node.ts';
import { type FoundNode, readSpace } from './read-space.ts';
import { EtcdRegistration } from './registration.ts';
import { EtcdSpaceSource } from './space-source.ts';
import { Turns } from './turns.ts';

export interface EtcdRegistryOptions {
  readonly client: EtcdClient;
  readonly logger: Logger;
}

export class EtcdRegistry implements Registry {
  readonly #options: EtcdRegistryOptions;
  readonly #registrations = new Set<EtcdRegistration>();
  readonly #ownPaths = new Set<string>();
  readonly #turns = new Turns();
  readonly #watches: SpaceWatches<FoundNode>;

  constructor(options: EtcdRegistryOptions) {
    const { client, logger } = options;
    this.#options = options;
    this.#watches = new SpaceWatches({
      open: (space, changed) => new EtcdSpaceSource({ client, space, logger, changed }),
      logger,
      closing: client.closing,
    });
  }

  async register(space: string, spec: NodeSpec, call: CallOptions = {}): Promise<Registration> {
    // Refused before anything is written.
    encodeNodeName(spec);
    return translated(space, async () => {
      const registration = await EtcdRegistration.open(
        {
          ...this.#options,
          space,
          spec,
          ownPaths: this.#ownPaths,
          turns: this.#turns,
          onEnd: (ended) => this.#registrations.delete(ended),
        },
        { signal: call.signal },
      );
      if (!registration.isEnded) this.#registrations.add(registration);
      return registration;
    });
  }

  async list(space: string, call: CallOptions = {}): Promise<readonly ServiceNode[]> {
    const { client, logger } = this.#options;
    const found = await translated(space, () =>
      client.run((attempt) => readSpace(attempt, space, logger), call),
    );
    return found.map(({ node }) => node);
  }

  async watch(space: string, listener: SpaceListener, call: CallOptions = {}): Promise<Subscription> {
    call.signal?.throwIfAborted();
    return translated(space, () => this.#watches.subscribe(space, listener, call));
  }

  async remove(path: string, call: CallOptions = {}): Promise<boolean> {
    return translated(path, () => this.#options.client.run((attempt) => deleteKey(attempt, path), call));
  }

  /** The nodes themselves go with the lease. */
  close(): void {
    this.#watches.close();
    for (const registration of this.#registrations) registration.abandon();
  }
}
