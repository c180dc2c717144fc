import { type NodeWatcher, WatchEvent } from '../client/handle.ts';

export const WatchKind = { data: 'data', exist: 'exist', child: 'child' } as const;
export type WatchKind = (typeof WatchKind)[keyof typeof WatchKind];

/** Which watches an event uses up. */
const usedUpBy: Readonly<Record<number, readonly WatchKind[]>> = {
  [WatchEvent.created]: ['data', 'exist'],
  [WatchEvent.changed]: ['data', 'exist'],
  [WatchEvent.deleted]: ['data', 'exist', 'child'],
  [WatchEvent.child]: ['child'],
};

/** The watches that the server holds for this session; they are set again after a reconnect. */
export class WatchTable {
  readonly #tables: Readonly<Record<WatchKind, Map<string, Set<NodeWatcher>>>> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
  };

  add(kind: WatchKind, path: string, watcher: NodeWatcher): void {
    const watchers = this.#tables[kind].get(path) ?? new Set();
    this.#tables[kind].set(path, watchers.add(watcher));
  }

  fire(type: number, state: number, path: string): void {
    const watchers = new Set<NodeWatcher>();
    for (const kind of usedUpBy[type] ?? []) {
      for (const watcher of this.#tables[kind].get(path) ?? []) watchers.add(watcher);
      this.#tables[kind].delete(path);
    }
    for (const watcher of watchers) watcher(type, state, path);
  }

  paths(kind: WatchKind): readonly string[] {
    return [...this.#tables[kind].keys()];
  }

  clear(): void {
    for (const table of Object.values(this.#tables)) table.clear();
  }
}
