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
  type ServiceNode,
  type Timer,
} from '@senbon/core';
import type { engineHostArea } from '../config.ts';
import { RivalWatch } from './rival-watch.ts';

export interface DiscoveryPresenceOptions {
  readonly config: AreaConfig<typeof engineHostArea>;
  readonly conf: ReadonlyMap<string, string>;
  /** Used in place of the package that the conf names. */
  readonly plugin?: DiscoveryPlugin;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RegisterEvents {
  /** Somebody else removed the node. */
  readonly onDeleted: () => void;
  /** While the session was lost, another engine has taken the space. */
  readonly onRival: (rival: ServiceNode) => void;
}

/** The engine in service discovery: its node, and what becomes of it. */
export class DiscoveryPresence {
  readonly #options: DiscoveryPresenceOptions;
  readonly #client: DiscoveryClient;
  #registration: Registration | null = null;
  #lostTimer: Timer | null = null;
  #rivals: RivalWatch | null = null;
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

  async register(space: string, node: NodeSpec, { onDeleted, onRival }: RegisterEvents): Promise<void> {
    const { registry, connection } = this.#client;
    const registration = await registry.register(space, node);
    this.#registration = registration;
    const { host, port } = node;
    const { logger } = this.#options;
    let formerPath: string | null = null;
    const onSettled = (rival: ServiceNode | null) => {
      formerPath = null;
      if (rival !== null) onRival(rival);
    };
    const offChange = connection.onChange((state) => {
      if (state === ConnectionState.lost) formerPath = registration.path;
      if (state !== ConnectionState.connected || formerPath === null) return;
      this.#rivals?.close();
      this.#rivals = new RivalWatch({ registry, space, host, port, formerPath, onSettled, logger });
    });
    void registration.ended.then((end) => {
      offChange();
      this.#rivals?.close();
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
    this.#rivals?.close();
    await this.#client.close();
  }
}
