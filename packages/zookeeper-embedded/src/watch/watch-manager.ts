import type { DataTree } from '../tree/data-tree.ts';
import { parentOf } from '../tree/path.ts';
import type { TreeEvent } from '../tree/transaction.ts';
import { ErrorCode, RequestError } from '../wire/error-code.ts';
import type { SetWatches2 } from '../wire/records.ts';
import { EventType, NO_ZXID } from './watch-event.ts';
import type { Watcher, WatchEvent } from './watch-event.ts';
import { ALL_MODES, WatchMode, WatchTable } from './watch-table.ts';

/** `Watcher.WatcherType`: what `checkWatches` and `removeWatches` speak of. */
const WatcherType = { children: 1, data: 2, any: 3, persistent: 4, persistentRecursive: 5 } as const;

/** `ZooDefs.AddWatchModes` */
const AddWatchMode = { persistent: 0, persistentRecursive: 1 } as const;

type TableUse = readonly [table: 'data' | 'children', modes: number];

const USES_BY_TYPE = new Map<number, readonly TableUse[]>([
  [WatcherType.children, [['children', WatchMode.once]]],
  [WatcherType.data, [['data', WatchMode.once]]],
  [
    WatcherType.any,
    [
      ['children', ALL_MODES],
      ['data', ALL_MODES],
    ],
  ],
  [
    WatcherType.persistent,
    [
      ['data', WatchMode.persistent],
      ['children', WatchMode.persistent],
    ],
  ],
  [WatcherType.persistentRecursive, [['data', WatchMode.recursive]]],
]);

/** Watches of all connections: one table for a node's own changes, one for its list of children. */
export class WatchManager {
  readonly #tables = { data: new WatchTable(), children: new WatchTable() };

  /** For `wchs`, which counts the data watches only, as Apache's server does. */
  get summary(): { watchers: number; paths: number; watches: number } {
    const { data } = this.#tables;
    return { watchers: data.watcherCount, paths: data.pathCount, watches: data.watchCount };
  }

  get count(): number {
    return this.#tables.data.watchCount + this.#tables.children.watchCount;
  }

  watchData(path: string, watcher: Watcher): void {
    this.#tables.data.add(path, watcher, WatchMode.once);
  }

  watchChildren(path: string, watcher: Watcher): void {
    this.#tables.children.add(path, watcher, WatchMode.once);
  }

  /** @throws RequestError badArguments for an unknown mode */
  watchForGood(path: string, watcher: Watcher, mode: number): void {
    if (mode === AddWatchMode.persistent) {
      this.#tables.data.add(path, watcher, WatchMode.persistent);
      this.#tables.children.add(path, watcher, WatchMode.persistent);
    } else if (mode === AddWatchMode.persistentRecursive) {
      this.#tables.data.add(path, watcher, WatchMode.recursive);
    } else {
      throw new RequestError(ErrorCode.badArguments);
    }
  }

  /** @throws RequestError badArguments for an unknown type */
  has(path: string, watcher: Watcher, type: number): boolean {
    return usesOf(type).some(([table, modes]) => this.#tables[table].has(path, watcher, modes));
  }

  /**
   * @returns whether a watch of that type was there
   * @throws RequestError badArguments for an unknown type
   */
  remove(path: string, watcher: Watcher, type: number): boolean {
    const removed = usesOf(type).map(([table, modes]) => this.#tables[table].remove(path, watcher, modes));
    return removed.includes(true);
  }

  removeAll(watcher: Watcher): void {
    this.#tables.data.removeAll(watcher);
    this.#tables.children.removeAll(watcher);
  }

  /** Tells everybody who waits for it of a change that has just been made. */
  fire(event: TreeEvent, zxid: number): void {
    const { path } = event;
    const type = EventType[event.kind];
    const told = this.#tables.data.trigger(path);
    for (const watcher of told) watcher.notify({ type, path, zxid }, event.acl);
    if (type === EventType.dataChanged) return;
    // A deleted node also ends the child watches on itself; who has heard of it already hears it once.
    if (type === EventType.deleted) {
      for (const watcher of this.#tables.children.trigger(path)) {
        if (!told.has(watcher)) watcher.notify({ type, path, zxid }, event.acl);
      }
    }
    this.#fireChildrenChanged(parentOf(path), event, zxid);
  }

  /**
   * Takes over the watches a client still held when it lost its connection. What happened after
   * `relativeZxid`, the last change it has seen, is told at once and the watch is spent.
   */
  rearm(request: SetWatches2, tree: DataTree, watcher: Watcher): void {
    const since = request.relativeZxid;
    const tell = (type: EventType, path: string): void => {
      const event: WatchEvent = { type, path, zxid: NO_ZXID };
      watcher.notify(event, null);
    };
    for (const path of request.dataWatches) {
      const node = tree.get(path);
      if (node === undefined) tell(EventType.deleted, path);
      else if (node.mzxid > since) tell(EventType.dataChanged, path);
      else this.watchData(path, watcher);
    }
    for (const path of request.existWatches) {
      if (tree.get(path) !== undefined) tell(EventType.created, path);
      else this.watchData(path, watcher);
    }
    for (const path of request.childWatches) {
      const node = tree.get(path);
      if (node === undefined) tell(EventType.deleted, path);
      else if (node.pzxid > since) tell(EventType.childrenChanged, path);
      else this.watchChildren(path, watcher);
    }
    for (const path of request.persistentWatches) this.watchForGood(path, watcher, AddWatchMode.persistent);
    for (const path of request.persistentRecursiveWatches) {
      this.watchForGood(path, watcher, AddWatchMode.persistentRecursive);
    }
  }

  #fireChildrenChanged(path: string, event: TreeEvent, zxid: number): void {
    for (const watcher of this.#tables.children.trigger(path)) {
      watcher.notify({ type: EventType.childrenChanged, path, zxid }, event.parentAcl);
    }
  }
}

function usesOf(type: number): readonly TableUse[] {
  const uses = USES_BY_TYPE.get(type);
  if (uses === undefined) throw new RequestError(ErrorCode.badArguments);
  return uses;
}
