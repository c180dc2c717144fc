import type { Acl } from '../wire/records.ts';

/** `Watcher.Event.EventType` */
export const EventType = { created: 1, deleted: 2, dataChanged: 3, childrenChanged: 4 } as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** `KeeperState.SyncConnected`: the only state a connected client is told of. */
export const STATE_CONNECTED = 3;

/** The zxid of an event that is told late, when a watch is re-armed after a reconnect. */
export const NO_ZXID = -1;

export interface WatchEvent {
  readonly type: EventType;
  readonly path: string;
  readonly zxid: number;
}

/** Where watch events go: a client's connection. */
export interface Watcher {
  /** `acl` is the list a reader of the node must satisfy to hear of it, or null when that needs no check. */
  notify(event: WatchEvent, acl: readonly Acl[] | null): void;
}
