import type {
  CallOptions,
  Logger,
  NodeSpec,
  Registration,
  Registry,
  ServiceNode,
  Subscription,
} from '@senbon/core';
import { encodeNodeName } from '@senbon/core/discovery';
import type { EtcdClient } from '../client/etcd-client.ts';
import { translated } from '../errors.ts';
import { deleteKey } from './place-node.ts';
import { readSpace } from './read-space.ts';
import { EtcdRegistration } from './registration.ts';
import { type SpaceListener, SpaceWatch } from './space-watch.ts';
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
  readonly #watches = new Map<string, SpaceWatch>();

  constructor(options: EtcdRegistryOptions) {
    this.#options = options;
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
    const { client, logger } = this.#options;
    call.signal?.throwIfAborted();
    let watch = this.#watches.get(space);
    if (watch === undefined) {
      const created = new SpaceWatch({ client, space, logger, onEmpty: () => this.#forget(space, created) });
      this.#watches.set(space, created);
      watch = created;
    }
    const subscribed = watch;
    return translated(space, () => subscribed.subscribe(listener, call));
  }

  async remove(path: string, call: CallOptions = {}): Promise<boolean> {
    return translated(path, () => this.#options.client.run((attempt) => deleteKey(attempt, path), call));
  }

  /** The nodes themselves go with the lease. */
  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    for (const registration of this.#registrations) registration.abandon();
  }

  #forget(space: string, watch: SpaceWatch): void {
    if (this.#watches.get(space) === watch) this.#watches.delete(space);
  }
}
