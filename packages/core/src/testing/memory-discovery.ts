import { SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type Connection,
  ConnectionState,
  type DiscoveryClient,
  type DiscoveryPlugin,
  type Locks,
  type NodeSpec,
  type PutOptions,
  type RecordEntry,
  type Records,
  type Registration,
  RegistrationEnd,
  type Registry,
  type ServiceNode,
  type Subscription,
} from '../ports/discovery.ts';

type Watcher = { readonly space: string; readonly listener: (nodes: readonly ServiceNode[]) => void };

interface Entry {
  readonly node: ServiceNode;
  readonly owner: MemoryDiscoveryClient | null;
  readonly end: (end: RegistrationEnd) => void;
}

/** An ensemble in memory that several clients share, with the ways in which somebody else may interfere. */
export class MemoryEnsemble {
  readonly clock: Clock;
  readonly entries = new Map<string, Entry>();
  readonly watchers = new Set<Watcher>();
  readonly values = new Map<string, RecordEntry>();
  readonly locked = new Map<string, Promise<void>>();
  /** Every path that was locked, in order. */
  readonly lockHistory: string[] = [];
  readonly clients = new Set<MemoryDiscoveryClient>();
  /** What `open` fails with. */
  unreachable: SenbonError | null = null;
  /** What `list` fails with. */
  listFailure: Error | null = null;
  #sequence = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get plugin(): DiscoveryPlugin {
    return {
      name: 'memory',
      supports: { publishedConfigs: true, acl: false },
      open: async () => {
        if (this.unreachable !== null) throw this.unreachable;
        return this.client();
      },
    };
  }

  client(): MemoryDiscoveryClient {
    const client = new MemoryDiscoveryClient(this);
    this.clients.add(client);
    return client;
  }

  nodes(space: string): ServiceNode[] {
    return [...this.entries.values()].map(({ node }) => node).filter(({ path }) => parentOf(path) === space);
  }

  add(space: string, spec: NodeSpec, owner: MemoryDiscoveryClient | null): Registration {
    const sequence = String(this.#sequence++).padStart(10, '0');
    const attributes: Record<string, string> = {
      version: spec.version,
      ...spec.attributes,
      ...(spec.refId === undefined ? {} : { refId: spec.refId }),
      sequence,
    };
    const pairs = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
    const name = [`serverUri=${spec.host}:${spec.port}`, ...pairs].join(';');
    const path = `${space}/${name}`;
    const node = { name, path, host: spec.host, port: spec.port, attributes };
    let end: (end: RegistrationEnd) => void = () => {};
    const ended = new Promise<RegistrationEnd>((resolve) => {
      end = resolve;
    });
    this.entries.set(path, { node, owner: spec.persistent === true ? null : owner, end });
    this.notify(space);
    return {
      path,
      ended,
      close: async () => {
        this.remove(path, RegistrationEnd.closed);
      },
    };
  }

  /** As `kyuubi-ctl delete` does it, unless `end` says that its owner closed it. */
  remove(path: string, end: RegistrationEnd = RegistrationEnd.deleted): boolean {
    const entry = this.entries.get(path);
    if (entry === undefined) return false;
    this.entries.delete(path);
    this.notify(parentOf(path));
    entry.end(end);
    return true;
  }

  notify(space: string): void {
    for (const watcher of this.watchers) {
      if (watcher.space === space) watcher.listener(this.nodes(space));
    }
  }
}

export class MemoryDiscoveryClient implements DiscoveryClient {
  readonly registry: Registry;
  readonly locks: Locks;
  readonly records: Records;
  readonly connection: Connection = { state: ConnectionState.connected, onChange: () => () => {} };
  readonly #ensemble: MemoryEnsemble;
  isClosed = false;

  constructor(ensemble: MemoryEnsemble) {
    this.#ensemble = ensemble;
    this.registry = {
      register: async (space, spec) => ensemble.add(space, spec, this),
      list: async (space) => {
        if (this.isClosed) throw new SenbonError('DISCOVERY_CLOSED');
        if (ensemble.listFailure !== null) throw ensemble.listFailure;
        return ensemble.nodes(space);
      },
      watch: (space, listener) => this.#watch(space, listener),
      remove: async (path) => {
        if (this.isClosed) throw new SenbonError('DISCOVERY_CLOSED');
        return ensemble.remove(path);
      },
    };
    this.locks = {
      withLock: (path, timeoutMs, fn, call) => this.#withLock(path, timeoutMs, fn, call?.signal),
    };
    this.records = {
      get: async (path) => ensemble.values.get(path) ?? null,
      put: (path, value, options) => this.#put(path, value, options),
      delete: async (path) => ensemble.values.delete(path),
      list: async (path) => [...ensemble.values.values()].filter((entry) => parentOf(entry.path) === path),
    };
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#ensemble.clients.delete(this);
    for (const [path, entry] of this.#ensemble.entries) {
      if (entry.owner === this) this.#ensemble.remove(path, RegistrationEnd.closed);
    }
  }

  async #watch(space: string, listener: Watcher['listener']): Promise<Subscription> {
    const watcher = { space, listener };
    this.#ensemble.watchers.add(watcher);
    listener(this.#ensemble.nodes(space));
    return { close: () => void this.#ensemble.watchers.delete(watcher) };
  }

  // oxlint-disable-next-line eslint/max-params -- the port's own
  async #withLock<T>(
    path: string,
    timeoutMs: number,
    fn: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { locked, clock, lockHistory } = this.#ensemble;
    const before = locked.get(path) ?? Promise.resolve();
    let release = () => {};
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    locked.set(
      path,
      before.then(() => mine),
    );
    let timer = { cancel() {} };
    const timeout = new Promise<never>((_, reject) => {
      timer = clock.after(timeoutMs, () =>
        reject(new SenbonError('DISCOVERY_LOCK_TIMEOUT', { path, ms: timeoutMs })),
      );
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    try {
      await Promise.race([before, timeout]);
      timer.cancel();
      lockHistory.push(path);
      return await fn(new AbortController().signal);
    } finally {
      timer.cancel();
      release();
    }
  }

  async #put(path: string, value: Uint8Array, options: PutOptions = {}): Promise<number> {
    const present = this.#ensemble.values.get(path);
    const { expected } = options;
    const fits =
      expected === undefined ||
      (expected === 'absent' ? present === undefined : present?.version === expected);
    if (!fits) throw new SenbonError('DISCOVERY_CONFLICT', { path });
    const version = (present?.version ?? -1) + 1;
    this.#ensemble.values.set(path, { path, value, version });
    return version;
  }
}

function parentOf(path: string): string {
  // A node's name holds no slash, whatever its attributes are.
  return path.slice(0, path.lastIndexOf('/'));
}
