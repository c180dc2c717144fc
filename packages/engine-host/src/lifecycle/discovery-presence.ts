import {
  type AreaConfig,
  type Clock,
  ConnectionState,
  type DiscoveryClient,
  type DiscoveryPlugin,
  guardDiscovery,
  loadDiscoveryPlugin,
  type Logger,
  type NodeSpec,
  type Registration,
  RegistrationEnd,
  type Timer,
} from '@senbon/core';
import type { engineHostArea } from '../config.ts';

export interface DiscoveryPresenceOptions {
  readonly config: AreaConfig<typeof engineHostArea>;
  readonly conf: ReadonlyMap<string, string>;
  /** Used in place of the package that the conf names. */
  readonly plugin?: DiscoveryPlugin;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The engine in service discovery: its node, and what becomes of it. */
export class DiscoveryPresence {
  readonly #options: DiscoveryPresenceOptions;
  readonly #client: DiscoveryClient;
  #registration: Registration | null = null;
  #lostTimer: Timer | null = null;
  #unsubscribe: (() => void) | null = null;

  private constructor(options: DiscoveryPresenceOptions, client: DiscoveryClient) {
    this.#options = options;
    this.#client = client;
  }

  /** Throws PLUGIN_MISSING, PLUGIN_INVALID, DISCOVERY_*. */
  static async open(options: DiscoveryPresenceOptions): Promise<DiscoveryPresence> {
    const { config, conf, clock, logger } = options;
    const plugin = options.plugin ?? (await loadDiscoveryPlugin(config.discoveryClass));
    const callTimeoutMs = config.discoveryCallTimeoutMs;
    const client = await guardDiscovery(plugin, { callTimeoutMs, clock, logger }).open(
      {
        addresses: config.discoveryAddresses,
        sessionTimeoutMs: config.discoverySessionTimeoutMs,
        connectTimeoutMs: config.discoveryConnectTimeoutMs,
        conf,
        logger: logger.named('engine.Discovery'),
      },
      {},
    );
    return new DiscoveryPresence(options, client);
  }

  /** `onDeleted`: somebody else removed the node. */
  async register(space: string, node: NodeSpec, onDeleted: () => void): Promise<void> {
    const registration = await this.#client.registry.register(space, node);
    this.#registration = registration;
    void registration.ended.then((end) => {
      if (end === RegistrationEnd.deleted) onDeleted();
    });
  }

  /** Tells when discovery has been away for `kyuubi.engine.discovery.lost.timeout`, and when it is back after that. */
  watchConnection(onLost: (isLost: boolean) => void): void {
    const { clock, config, logger } = this.#options;
    const onChange = (state: ConnectionState) => {
      logger.info(`Service discovery is ${state}`);
      if (state === ConnectionState.connected) {
        this.#lostTimer?.cancel();
        this.#lostTimer = null;
        onLost(false);
      } else {
        this.#lostTimer ??= clock.after(config.discoveryLostTimeoutMs, () => onLost(true));
      }
    };
    this.#unsubscribe = this.#client.connection.onChange(onChange);
  }

  /** Removes the node. Idempotent. */
  async deregister(): Promise<void> {
    await this.#registration?.close();
  }

  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#lostTimer?.cancel();
    await this.#client.close();
  }
}
