import type { EventEmitter } from 'node:events';

/**
 * One session's calls, named as in Apache's C client: an operation returns 0 when `done` will
 * be called. Events: `connect`, `connecting` (the connection is lost), `close` with one of `CloseCode` or 0.
 */
export interface ZkHandle extends EventEmitter {
  /** Negotiated session time-out in ms; -1 when there is no server to go to. */
  readonly timeout: number;
  /** The session's id in hex, as in `NodeStat.ephemeralOwner`. */
  readonly client_id: string;
  readonly client_password: string;
  init(): void;
  /** Resolves when the server knows, or after a while. */
  close(): Promise<void>;
  set_servers(servers: string): number;
  add_auth(scheme: string, auth: string): number;
  a_create(path: string, data: Buffer, flags: number, done: Done<string>): number;
  a_exists(path: string, watch: boolean, done: Done<NodeStat>): number;
  aw_exists(path: string, watcher: NodeWatcher, done: Done<NodeStat>): number;
  a_get(path: string, watch: boolean, done: DataDone): number;
  aw_get(path: string, watcher: NodeWatcher, done: DataDone): number;
  a_get_children(path: string, watch: boolean, done: Done<string[]>): number;
  aw_get_children(path: string, watcher: NodeWatcher, done: Done<string[]>): number;
  a_set(path: string, data: Buffer, version: number, done: Done<NodeStat>): number;
  a_delete_(path: string, version: number, done: (rc: number, text: string) => void): number;
  a_sync(path: string, done: Done<string>): number;
  a_set_acl(
    path: string,
    version: number,
    acl: readonly NodeAcl[],
    done: (rc: number, text: string) => void,
  ): number;
}

export type Done<T> = (rc: number, text: string, value: T | null) => void;
export type DataDone = (rc: number, text: string, stat: NodeStat | null, data: Buffer | null) => void;
export type NodeWatcher = (type: number, state: number, path: string) => void;

export interface NodeStat {
  readonly version: number;
  readonly numChildren: number;
  /** Session id in hex; `0` for a persistent node. */
  readonly ephemeralOwner: string;
}

export interface NodeAcl {
  readonly perms: number;
  readonly scheme: string;
  readonly auth: string;
}

export interface ZkHandleConfig {
  /** Numeric addresses, `a:1,b:2`. */
  readonly connect: string;
  /** Session time-out to ask for, in ms. */
  readonly timeout: number;
}

export type ZkHandleConstructor = new (config: ZkHandleConfig) => ZkHandle;

export const CreateFlag = { persistent: 0, ephemeral: 1, sequence: 2 } as const;

/** Watch event types. `session` also reaches every watch callback, and does not use the watch up. */
export const WatchEvent = { created: 1, deleted: 2, changed: 3, child: 4, session: -1 } as const;

export const Permission = { read: 1, all: 31 } as const;

export const CloseCode = { expired: -112, authFailed: -113 } as const;
