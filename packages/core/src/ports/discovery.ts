import type { Logger } from './logger.ts';

/**
 * Service discovery as the gateway and its engines need it. A plugin package exports
 * `discoveryPlugin: DiscoveryPlugin`; it is loaded by package name from configuration.
 *
 * Paths are absolute and `/`-separated (`/kyuubi`, `/kyuubi_senbon-1_USER_DUCKDB/alice/default`).
 * Every failure is a `SenbonError` of the `DISCOVERY_*` family (see `errors/catalogue.ts`).
 */
export interface DiscoveryPlugin {
  /** Short name for logs and `doctor`, as in `zookeeper`. */
  readonly name: string;
  /** Optional abilities; the core and the conformance kit read them, nothing uses `instanceof`. */
  readonly supports: DiscoverySupports;
  /** Connects. Rejects within `connectTimeoutMs` when nobody answers. */
  open(options: DiscoveryOptions, call: CallOptions): Promise<DiscoveryClient>;
}

export interface DiscoverySupports {
  /** Nodes can carry Hive's `k=v;…` data (`kyuubi.ha.zookeeper.publish.configs`). */
  readonly publishedConfigs: boolean;
  /** Access control lists by digest (`kyuubi.ha.zookeeper.acl.enabled`). */
  readonly acl: boolean;
}

export interface DiscoveryOptions {
  /** Comma-separated `host:port` or URLs, as in `kyuubi.ha.addresses`. */
  readonly addresses: string;
  readonly sessionTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** The whole configuration, for keys that only this plugin knows. */
  readonly conf: ReadonlyMap<string, string>;
  readonly logger: Logger;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** One opened client. It re-connects, and after a lost session re-registers and re-watches, by itself until closed. */
export interface DiscoveryClient {
  readonly registry: Registry;
  readonly locks: Locks;
  readonly records: Records;
  readonly connection: Connection;
  /** Graceful and idempotent: removes this client's ephemeral nodes, then disconnects. */
  close(): Promise<void>;
}

export const ConnectionState = {
  connected: 'connected',
  /** Not reachable, but the session may still live: ephemeral nodes stay. */
  suspended: 'suspended',
  /** The session is gone and with it the ephemeral nodes; a new one is being sought. */
  lost: 'lost',
  closed: 'closed',
} as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];

export interface Connection {
  readonly state: ConnectionState;
  /**
   * How long the ensemble keeps the ephemeral nodes of a client it does not hear of, where that is not what was asked
   * for. The next session's may differ.
   */
  readonly sessionTimeoutMs?: number | undefined;
  /** Calls back at every change; returns the unsubscribe function. */
  onChange(listener: (state: ConnectionState) => void): () => void;
}

/** A server or engine under a space, as parsed from a node's name and data. */
export interface ServiceNode {
  /** The node's own name, without its parent. */
  readonly name: string;
  /** The whole path, for `remove`. */
  readonly path: string;
  readonly host: string;
  readonly port: number;
  /** Everything `k=v` in the name but `serverUri`: `version`, `refId`, `sequence`, `kyuubi.engine.id`, … */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface NodeSpec {
  readonly host: string;
  readonly port: number;
  readonly version: string;
  /** Emitted between version and refId, in order. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Set for engines: which launch this is. */
  readonly refId?: string;
  /** The node's data; `host:port` when absent. */
  readonly data?: string;
  /** Not bound to this client's life (`kyuubi-ctl create server`). */
  readonly persistent?: boolean;
}

export const RegistrationEnd = {
  /** Somebody else deleted the node: the owner is asked to drain. It is not registered again. */
  deleted: 'deleted',
  /** `close` was called. */
  closed: 'closed',
} as const;
export type RegistrationEnd = (typeof RegistrationEnd)[keyof typeof RegistrationEnd];

export interface Registration {
  /** The node's present path; it changes when the client registers anew after a lost session. */
  readonly path: string;
  /** Resolves once, when the registration is over. Never rejects. */
  readonly ended: Promise<RegistrationEnd>;
  /**
   * Removes the node. Idempotent. Rejects when that cannot be done now; the client then goes on trying by itself until
   * the node or its session is gone, so that no gateway that refuses sessions stays listed after an outage.
   */
  close(): Promise<void>;
}

export interface Subscription {
  close(): void;
}

export interface Registry {
  register(space: string, node: NodeSpec, call?: CallOptions): Promise<Registration>;
  /** In order of sequence. An unreadable or foreign child is left out; a space that is not there is empty. */
  list(space: string, call?: CallOptions): Promise<readonly ServiceNode[]>;
  /** Calls back with the whole list, first at once and then after every change. */
  watch(
    space: string,
    listener: (nodes: readonly ServiceNode[]) => void,
    call?: CallOptions,
  ): Promise<Subscription>;
  /** Deletes a node by path, whoever owns it. False when it was gone already. */
  remove(path: string, call?: CallOptions): Promise<boolean>;
}

export interface Locks {
  /**
   * Runs `fn` while holding the lock at `path`, which other processes see too. Throws `DISCOVERY_LOCK_TIMEOUT`
   * when it cannot be had within `timeoutMs`. `fn`'s signal aborts when the lock is lost; the call's own ends the wait for
   * the lock, with the signal's reason, and is nothing to `fn`.
   */
  withLock<T>(
    path: string,
    timeoutMs: number,
    fn: (signal: AbortSignal) => Promise<T>,
    call?: CallOptions,
  ): Promise<T>;
}

export interface RecordEntry {
  readonly path: string;
  readonly value: Uint8Array;
  /** Opaque; pass it to `put` for compare-and-set. */
  readonly version: number;
}

/** Small persistent values: the session directory, shared keys, counters. At most 512 KiB each. */
export interface Records {
  get(path: string, call?: CallOptions): Promise<RecordEntry | null>;
  /**
   * Writes and returns the new version. `expected` = `'absent'` creates only, a number replaces only that version,
   * `undefined` writes whatever is there. Throws `DISCOVERY_CONFLICT` when the expectation fails.
   */
  put(path: string, value: Uint8Array, options?: PutOptions): Promise<number>;
  /** False when it was gone already. */
  delete(path: string, call?: CallOptions): Promise<boolean>;
  /** Direct children that hold a value. */
  list(path: string, call?: CallOptions): Promise<readonly RecordEntry[]>;
}

export interface PutOptions extends CallOptions {
  readonly expected?: 'absent' | number;
  /** Readable and writable only by holders of the configured credentials, where `supports.acl`. */
  readonly secret?: boolean;
}
