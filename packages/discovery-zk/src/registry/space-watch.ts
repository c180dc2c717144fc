import type { CallOptions, Logger, ServiceNode, Subscription } from '@senbon/core';
import { backoffMs, orAborted, pause } from '@senbon/core/discovery';
import { messageOf } from '@senbon/core';
import type { ZkClient } from '../client/zk-client.ts';
import { readSpace } from './read-space.ts';

export type SpaceListener = (nodes: readonly ServiceNode[]) => void;

const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 10_000;

/**
 * Keeps the list of one space current for any number of listeners, through disconnects and new sessions, until the
 * last of them has gone.
 */
export class SpaceWatch {
  readonly #client: ZkClient;
  readonly #space: string;
  readonly #logger: Logger;
  readonly #listeners = new Set<SpaceListener>();
  readonly #stop = new AbortController();
  readonly #offSession: () => void;
  readonly #onEmpty: () => void;
  #nodes: readonly ServiceNode[] | null = null;
  #first: Promise<void> | null = null;
  /** Changes seen; a refresh that began before the newest of them is followed by another. */
  #changes = 0;
  #isRefreshing = false;
  /** One function for all reads, so that a watch that several reads joined calls it once. */
  readonly #onChange = (): void => this.#changed();

  constructor(options: { client: ZkClient; space: string; logger: Logger; onEmpty: () => void }) {
    this.#client = options.client;
    this.#space = options.space;
    this.#logger = options.logger;
    this.#onEmpty = options.onEmpty;
    this.#offSession = options.client.onSession(this.#onChange);
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
      if (this.#nodes === null) {
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
    this.#offSession();
    this.#listeners.clear();
    this.#onEmpty();
  }

  async #start(): Promise<void> {
    const seen = this.#changes;
    await this.#refresh();
    if (this.#changes !== seen) void this.#keepCurrent();
  }

  #changed(): void {
    this.#changes++;
    // The first list is `start`'s affair, whose failure `subscribe` tells.
    if (this.#nodes !== null) void this.#keepCurrent();
  }

  async #keepCurrent(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    for (let attempt = 0; !this.#stop.signal.aborted; ) {
      const seen = this.#changes;
      try {
        await this.#refresh();
        attempt = 0;
        if (this.#changes === seen) break;
      } catch (error) {
        if (this.#stop.signal.aborted || this.#client.closing.aborted) break;
        const waitMs = backoffMs(attempt++, RETRY_BASE_MS, RETRY_MAX_MS);
        this.#logger.warn(
          `Cannot list ${this.#space} (${messageOf(error)}); next try in ${Math.round(waitMs)} ms`,
        );
        await pause(waitMs, this.#stop.signal);
      }
    }
    this.#isRefreshing = false;
  }

  async #refresh(): Promise<void> {
    const known = new Map(this.#nodes?.map((node) => [node.name, node]));
    const nodes = await this.#client.run(
      (session) => readSpace(session, this.#space, { logger: this.#logger, known, onChange: this.#onChange }),
      { signal: this.#stop.signal },
    );
    const isSame =
      nodes.length === this.#nodes?.length && nodes.every((node, i) => node === this.#nodes?.[i]);
    this.#nodes = nodes;
    if (isSame) return;
    for (const listener of this.#listeners) this.#notify(listener);
  }

  #notify(listener: SpaceListener): void {
    try {
      listener(this.#nodes ?? []);
    } catch (error) {
      this.#logger.error(`A listener of ${this.#space} failed`, error);
    }
  }
}
