import { SenbonError } from '@senbon/core';
import type { EventEmitter } from 'node:events';

/**
 * The part of npm `zookeeper` (7.3, Apache C client 3.8) that this plugin uses, typed. Its own declarations
 * are `any` nearly everywhere; the promise methods are left aside because they lose the error's number.
 */
export interface NativeHandle extends EventEmitter {
  /** Negotiated session time-out in ms; -1 when `init` got no handle (no host could be resolved). */
  readonly timeout: number;
  /** The session's id in hex, as in `NativeStat.ephemeralOwner`. */
  readonly client_id: string;
  readonly client_password: string;
  init(config: Record<string, never>): unknown;
  close(): unknown;
  set_servers(servers: string): number;
  add_auth(scheme: string, auth: string, done: (rc: number, text: string) => void): number;
  a_create(path: string, data: Buffer, flags: number, done: NativeDone<string>): number;
  a_exists(path: string, watch: boolean, done: NativeDone<NativeStat>): number;
  aw_exists(path: string, watcher: NativeWatcher, done: NativeDone<NativeStat>): number;
  a_get(path: string, watch: boolean, done: NativeDataDone): number;
  aw_get(path: string, watcher: NativeWatcher, done: NativeDataDone): number;
  a_get_children(path: string, watch: boolean, done: NativeDone<string[]>): number;
  aw_get_children(path: string, watcher: NativeWatcher, done: NativeDone<string[]>): number;
  a_set(path: string, data: Buffer, version: number, done: NativeDone<NativeStat>): number;
  a_delete_(path: string, version: number, done: (rc: number, text: string) => void): number;
  a_sync(path: string, done: NativeDone<string>): number;
  a_set_acl(
    path: string,
    version: number,
    acl: readonly NativeAcl[],
    done: (rc: number, text: string) => void,
  ): number;
}

export type NativeDone<T> = (rc: number, text: string, value: T | null) => void;
export type NativeDataDone = (rc: number, text: string, stat: NativeStat | null, data: Buffer | null) => void;
export type NativeWatcher = (type: number, state: number, path: string) => void;

export interface NativeStat {
  readonly version: number;
  readonly numChildren: number;
  /** Session id in hex; `0` for a persistent node. */
  readonly ephemeralOwner: string;
}

export interface NativeAcl {
  readonly perms: number;
  readonly scheme: string;
  readonly auth: string;
}

export interface NativeConfig {
  readonly connect: string;
  readonly timeout: number;
  readonly debug_level: number;
  readonly host_order_deterministic: boolean;
  readonly response_counter_limit: number;
  readonly client_id?: string;
  readonly client_password?: string;
}

export type NativeConstructor = new (config: NativeConfig) => NativeHandle;

export const CreateFlag = { persistent: 0, ephemeral: 1, sequence: 2 } as const;

/** Watch event types. `session` also reaches every watch callback, and does not use the watch up. */
export const WatchEvent = { created: 1, deleted: 2, changed: 3, child: 4, session: -1 } as const;

export const Permission = { read: 1, all: 31 } as const;

export const NativeClose = { expired: -112, authFailed: -113 } as const;

export async function loadNative(): Promise<NativeConstructor> {
  try {
    const loaded: { default: unknown } = await import('zookeeper');
    return loaded.default as NativeConstructor;
  } catch (error) {
    const details = { package: 'zookeeper', role: 'the ZooKeeper discovery plugin' };
    throw new SenbonError('PLUGIN_MISSING', details, { cause: error });
  }
}

/**
 * `response_counter_limit`: the addon closes the session as "expired" after that many reads without a whole
 * response, 10 by default, which one node of about 0.6 MB reaches.
 * `debug_level` 0 is the one value at which neither the addon (`vprintf`, so stdout) nor the C client (stderr) prints.
 */
export function nativeConfig(servers: string, sessionTimeoutMs: number): NativeConfig {
  return {
    connect: servers,
    timeout: sessionTimeoutMs,
    debug_level: 0,
    host_order_deterministic: false,
    response_counter_limit: 1_000_000,
  };
}
