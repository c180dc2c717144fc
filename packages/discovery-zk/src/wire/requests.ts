import {
  type JuteReader,
  type JuteWriter,
  encodePacket,
  RequestHeader,
} from '@senbon/zookeeper-embedded/wire';
import { ZkCode } from '../client/zk-error.ts';
import type { NodeWatcher } from '../client/handle.ts';
import type { WatchKind } from './watch-table.ts';

/** Above any server's `jute.maxbuffer` that makes sense; larger data is refused here. */
export const MAX_DATA_BYTES = 16 * 1_048_576;
/** With the path and the rest. */
export const MAX_REQUEST_BYTES = MAX_DATA_BYTES + 1_048_576;

/** An operation on its way. `settle` is called once, with the reply's body when the code is 0. */
export interface Request {
  readonly type: number;
  readonly path: string;
  readonly write: (writer: JuteWriter) => void;
  readonly settle: (rc: number, body: JuteReader | null) => void;
  /** Which watch it leaves at the server when it ends with this code, if any. */
  readonly watch?: { readonly watcher: NodeWatcher; kindFor(rc: number): WatchKind | null };
}

export function encodeRequest(xid: number, { type, write }: Pick<Request, 'type' | 'write'>): Buffer {
  return encodePacket(MAX_REQUEST_BYTES, (writer) => {
    RequestHeader.write(writer, { xid, type });
    write(writer);
  });
}

const texts = new Map<number, string>(
  Object.entries(ZkCode).map(([name, code]) => [
    code,
    name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  ]),
);

/** `no node`, `connection loss`. */
export function textOf(rc: number): string {
  return texts.get(rc) ?? 'refused by the server';
}

/** What every server refuses, and some only by cutting the connection. */
export function isPlausiblePath(path: string): boolean {
  if (path === '/') return true;
  if (!path.startsWith('/') || path.includes('\0')) return false;
  return path
    .slice(1)
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..');
}
