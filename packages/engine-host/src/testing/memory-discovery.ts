import {
  ConnectionState,
  type DiscoveryClient,
  type DiscoveryPlugin,
  type NodeSpec,
  type Registration,
  RegistrationEnd,
  SenbonError,
  type ServiceNode,
  type Subscription,
} from '@senbon/core';

interface Watch {
  readonly space: string;
  readonly listener: (nodes: readonly ServiceNode[]) => void;
}

interface Node {
  path: string;
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
  readonly #watches = new Set<Watch>();
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
        watch: async (space, listener) => this.#watch(space, listener),
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

  /** As the ensemble has it after a session was lost: the nodes are made again, behind those that came meanwhile. */
  expire(rivals: readonly NodeSpec[] = []): void {
    const own = [...this.nodes.values()];
    this.nodes.clear();
    this.setState(ConnectionState.lost);
    for (const spec of rivals) this.add(spec, own[0]?.space);
    this.setState(ConnectionState.connected);
    for (const node of own) this.#place(node);
  }

  /** Somebody else's node. */
  add(spec: NodeSpec, space = [...this.nodes.values()][0]?.space ?? ''): void {
    this.#place({ path: '', space, spec, end: () => {} });
  }

  #place(node: Node): void {
    node.path = `${node.space}/node-${this.#sequence++}`;
    this.nodes.set(node.path, node);
    for (const { space, listener } of this.#watches) listener(this.#list(space));
  }

  #list(space: string): ServiceNode[] {
    return [...this.nodes.values()]
      .filter((node) => node.space === space)
      .map(({ path, spec }) => ({
        name: path.slice(space.length + 1),
        path,
        host: spec.host,
        port: spec.port,
        attributes: {},
      }));
  }

  #watch(space: string, listener: Watch['listener']): Subscription {
    const watch = { space, listener };
    this.#watches.add(watch);
    listener(this.#list(space));
    return { close: () => this.#watches.delete(watch) };
  }

  async #register(space: string, spec: NodeSpec): Promise<Registration> {
    if (this.registerError !== null) throw this.registerError;
    let onEnded: (how: RegistrationEnd) => void = () => {};
    const ended = new Promise<RegistrationEnd>((resolve) => {
      onEnded = resolve;
    });
    const node: Node = {
      path: '',
      space,
      spec,
      end: (how) => {
        this.nodes.delete(node.path);
        onEnded(how);
      },
    };
    this.#place(node);
    return {
      get path() {
        return node.path;
      },
      ended,
      close: async () => node.end(RegistrationEnd.closed),
    };
  }
}
