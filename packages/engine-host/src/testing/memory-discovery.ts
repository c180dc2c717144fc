import {
  ConnectionState,
  type DiscoveryClient,
  type DiscoveryPlugin,
  type NodeSpec,
  type Registration,
  RegistrationEnd,
  SenbonError,
} from '@senbon/core';

interface Node {
  readonly space: string;
  readonly spec: NodeSpec;
  end(how: RegistrationEnd): void;
}

/** Service discovery that the test holds in its hands. */
export class MemoryDiscovery implements DiscoveryPlugin {
  readonly name = 'memory';
  readonly supports = { publishedConfigs: false, acl: false };
  readonly nodes = new Map<string, Node>();
  openError: Error | null = null;
  registerError: Error | null = null;
  closedClients = 0;
  #state: ConnectionState = ConnectionState.connected;
  #sequence = 0;
  readonly #listeners = new Set<(state: ConnectionState) => void>();

  async open(): Promise<DiscoveryClient> {
    if (this.openError !== null) throw this.openError;
    const unsupported = () => {
      throw new SenbonError('FEATURE_UNSUPPORTED', { feature: 'this call' });
    };
    const stateOf = () => this.#state;
    return {
      registry: {
        register: (space, spec) => this.#register(space, spec),
        list: unsupported,
        watch: unsupported,
        remove: unsupported,
      },
      locks: { withLock: unsupported },
      records: { get: unsupported, put: unsupported, delete: unsupported, list: unsupported },
      connection: {
        get state() {
          return stateOf();
        },
        onChange: (listener) => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
      close: async () => {
        this.closedClients++;
        this.nodes.clear();
      },
    };
  }

  /** As an administrator deletes the engine's node. */
  deleteAll(): void {
    for (const node of this.nodes.values()) node.end(RegistrationEnd.deleted);
  }

  setState(state: ConnectionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  async #register(space: string, spec: NodeSpec): Promise<Registration> {
    if (this.registerError !== null) throw this.registerError;
    const path = `${space}/node-${this.#sequence++}`;
    let onEnded: (how: RegistrationEnd) => void = () => {};
    const ended = new Promise<RegistrationEnd>((resolve) => {
      onEnded = resolve;
    });
    const end = (how: RegistrationEnd) => {
      this.nodes.delete(path);
      onEnded(how);
    };
    this.nodes.set(path, { space, spec, end });
    return { path, ended, close: async () => end(RegistrationEnd.closed) };
  }
}
