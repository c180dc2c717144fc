import { ErrorCode, RequestError } from '../wire/error-code.ts';
import { parentOf } from '../tree/path.ts';
import type { Watcher } from './watch-event.ts';

/** A watch on one path can have several modes at once, so they are bits. */
export const WatchMode = { once: 1, persistent: 2, recursive: 4 } as const;
export type WatchMode = (typeof WatchMode)[keyof typeof WatchMode];
export const ALL_MODES = 7;

/** What one connection may have the server remember in one table: paths plus a flat cost for each. */
export const MAX_WATCH_BYTES = 32 * 1024 * 1024;
const WATCH_OVERHEAD_BYTES = 200;

interface Watches {
  readonly modes: Map<string, number>;
  bytes: number;
}

/** Who watches which path, found both ways. */
export class WatchTable {
  readonly #byPath = new Map<string, Set<Watcher>>();
  readonly #byWatcher = new Map<Watcher, Watches>();
  #recursiveCount = 0;

  get watcherCount(): number {
    return this.#byWatcher.size;
  }

  get pathCount(): number {
    return this.#byPath.size;
  }

  get watchCount(): number {
    let count = 0;
    for (const { modes } of this.#byWatcher.values()) count += modes.size;
    return count;
  }

  /** @throws RequestError systemError when the watcher has too many already */
  add(path: string, watcher: Watcher, mode: WatchMode): void {
    const watches = this.#byWatcher.get(watcher) ?? { modes: new Map<string, number>(), bytes: 0 };
    const bytes = watches.modes.has(path) ? 0 : costOf(path);
    if (watches.bytes + bytes > MAX_WATCH_BYTES) throw new RequestError(ErrorCode.systemError);
    watches.bytes += bytes;
    this.#byWatcher.set(watcher, watches);
    const watchers = this.#byPath.get(path);
    if (watchers === undefined) this.#byPath.set(path, new Set([watcher]));
    else watchers.add(watcher);
    this.#setModes(path, watches, (watches.modes.get(path) ?? 0) | mode);
  }

  has(path: string, watcher: Watcher, modes: number): boolean {
    return ((this.#byWatcher.get(watcher)?.modes.get(path) ?? 0) & modes) !== 0;
  }

  /** @returns whether one of the modes was there */
  remove(path: string, watcher: Watcher, modes: number): boolean {
    const watches = this.#byWatcher.get(watcher);
    const before = watches?.modes.get(path) ?? 0;
    if (watches === undefined || (before & modes) === 0) return false;
    this.#setModes(path, watches, before & ~modes);
    if (!watches.modes.has(path)) this.#unlist(path, watcher, watches);
    return true;
  }

  removeAll(watcher: Watcher): void {
    const watches = this.#byWatcher.get(watcher);
    if (watches === undefined) return;
    for (const path of watches.modes.keys()) this.remove(path, watcher, ALL_MODES);
  }

  /** Everybody who waits for a change of this path. One-time watches are used up by asking. */
  trigger(path: string): Set<Watcher> {
    const found = new Set<Watcher>(this.#byPath.get(path));
    for (const watcher of found) this.remove(path, watcher, WatchMode.once);
    if (this.#recursiveCount > 0) this.#addRecursive(path, found);
    return found;
  }

  #addRecursive(path: string, found: Set<Watcher>): void {
    for (let at = path; at !== '/'; ) {
      at = parentOf(at);
      for (const watcher of this.#byPath.get(at) ?? []) {
        if (this.has(at, watcher, WatchMode.recursive)) found.add(watcher);
      }
    }
  }

  #setModes(path: string, watches: Watches, after: number): void {
    const before = watches.modes.get(path) ?? 0;
    this.#recursiveCount +=
      Number((after & WatchMode.recursive) !== 0) - Number((before & WatchMode.recursive) !== 0);
    if (after === 0) watches.modes.delete(path);
    else watches.modes.set(path, after);
  }

  #unlist(path: string, watcher: Watcher, watches: Watches): void {
    watches.bytes -= costOf(path);
    const watchers = this.#byPath.get(path);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#byPath.delete(path);
    if (watches.modes.size === 0) this.#byWatcher.delete(watcher);
  }
}

function costOf(path: string): number {
  return WATCH_OVERHEAD_BYTES + path.length * 2;
}
