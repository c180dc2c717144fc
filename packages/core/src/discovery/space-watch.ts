import { messageOf } from '../errors/senbon-error.ts';
import type { CallOptions, ServiceNode, Subscription } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import { backoffMs, orAborted, pause } from './deadline.ts';

export type SpaceListener = (nodes: readonly ServiceNode[]) => void;

const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 10_000;

/** Where a list comes from. It says that something may have changed, whatever happens after a read, until it is closed. */
export interface SpaceSource<Found> {
  /** `known`: what the last read found. */
  read(known: readonly Found[] | null, signal: AbortSignal): Promise<readonly Found[]>;
  nodeOf(found: Found): ServiceNode;
  isSame(one: Found, other: Found | undefined): boolean;
  close(): void;
}

export interface SpaceWatchOptions<Found> {
  readonly space: string;
  readonly open: (changed: () => void) => SpaceSource<Found>;
  readonly logger: Logger;
  /** The client is being closed. */
  readonly closing: AbortSignal;
  readonly onEmpty: () => void;
}

/**
 * Keeps the list of one space current for any number of listeners, through disconnects and whatever the client is bound to,
 * until the last of them has gone.
 */
export class SpaceWatch<Found> {
  readonly #options: SpaceWatchOptions<Found>;
  readonly #source: SpaceSource<Found>;
  readonly #listeners = new Set<SpaceListener>();
  readonly #stop = new AbortController();
  #found: readonly Found[] | null = null;
  #first: Promise<void> | null = null;
  /** Changes seen; a refresh that began before the newest of them is followed by another. */
  #changes = 0;
  #isRefreshing = false;

  constructor(options: SpaceWatchOptions<Found>) {
    this.#options = options;
    this.#source = options.open(() => this.#changed());
  }

  /** Resolves when `listener` has had the present list. */
  async subscribe(listener: SpaceListener, { signal }: CallOptions): Promise<Subscription> {
    // Counted from the beginning, so that another one's leaving does not end the watch under this one.
    const entry: SpaceListener = (nodes) => listener(nodes);
    this.#listeners.add(entry);
    const leave = (): void => {
      if (this.#listeners.delete(entry) && this.#listeners.size === 0) this.close();
    };
    try {
      if (this.#found === null) {
        this.#first ??= this.#start();
        await orAborted(this.#first, signal);
      } else {
        this.#notify(entry);
      }
    } catch (error) {
      leave();
      throw error;
    }
    return { close: leave };
  }

  close(): void {
    this.#stop.abort();
    this.#source.close();
    this.#listeners.clear();
    this.#options.onEmpty();
  }

  async #start(): Promise<void> {
    const seen = this.#changes;
    await this.#refresh();
    if (this.#changes !== seen) void this.#keepCurrent();
  }

  #changed(): void {
    this.#changes++;
    // The first list is `start`'s affair, whose failure `subscribe` tells.
    if (this.#found !== null) void this.#keepCurrent();
  }

  async #keepCurrent(): Promise<void> {
    if (this.#isRefreshing) return;
    const { space, logger, closing } = this.#options;
    this.#isRefreshing = true;
    for (let attempt = 0; !this.#stop.signal.aborted; ) {
      const seen = this.#changes;
      try {
        await this.#refresh();
        attempt = 0;
        if (this.#changes === seen) break;
      } catch (error) {
        if (this.#stop.signal.aborted || closing.aborted) break;
        const waitMs = backoffMs(attempt++, RETRY_BASE_MS, RETRY_MAX_MS);
        logger.warn(`Cannot list ${space} (${messageOf(error)}); next try in ${Math.round(waitMs)} ms`);
        await pause(waitMs, this.#stop.signal);
      }
    }
    this.#isRefreshing = false;
  }

  async #refresh(): Promise<void> {
    const found = await this.#source.read(this.#found, this.#stop.signal);
    const before = this.#found;
    const isSame =
      found.length === before?.length && found.every((one, i) => this.#source.isSame(one, before[i]));
    this.#found = found;
    if (isSame) return;
    for (const listener of this.#listeners) this.#notify(listener);
  }

  #notify(listener: SpaceListener): void {
    try {
      listener((this.#found ?? []).map((found) => this.#source.nodeOf(found)));
    } catch (error) {
      this.#options.logger.error(`A listener of ${this.#options.space} failed`, error);
    }
  }
}
