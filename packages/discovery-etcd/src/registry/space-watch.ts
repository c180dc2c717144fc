import type { CallOptions, Logger, ServiceNode, Subscription } from '@senbon/core';
import { messageOf } from '@senbon/core';
import { backoffMs, orAborted, pause } from '@senbon/core/discovery';
import type { EtcdClient } from '../client/etcd-client.ts';
import { KeyWatch } from '../client/key-watch.ts';
import { childOf, prefixRange } from '../client/keys.ts';
import { type FoundNode, readSpace } from './read-space.ts';

export type SpaceListener = (nodes: readonly ServiceNode[]) => void;

const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 10_000;

export interface SpaceWatchOptions {
  readonly client: EtcdClient;
  readonly space: string;
  readonly logger: Logger;
  readonly onEmpty: () => void;
}

/** Keeps the list of one space current for any number of listeners, until the last of them has gone. */
export class SpaceWatch {
  readonly #options: SpaceWatchOptions;
  readonly #listeners = new Set<SpaceListener>();
  readonly #stop = new AbortController();
  #watch: KeyWatch | null = null;
  #found: readonly FoundNode[] | null = null;
  #first: Promise<void> | null = null;
  /** Changes seen; a refresh that began before the newest of them is followed by another. */
  #changes = 0;
  #isRefreshing = false;

  constructor(options: SpaceWatchOptions) {
    this.#options = options;
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
    this.#watch?.close();
    this.#listeners.clear();
    this.#options.onEmpty();
  }

  async #start(): Promise<void> {
    const { client, space } = this.#options;
    await this.#refresh();
    // It says once that it has begun, after which nothing is missed.
    this.#watch = new KeyWatch(client, prefixRange(childOf(space, '')), () => this.#changed());
    if (this.#stop.signal.aborted) this.#watch.close();
  }

  #changed(): void {
    this.#changes++;
    void this.#keepCurrent();
  }

  async #keepCurrent(): Promise<void> {
    if (this.#isRefreshing) return;
    const { client, space, logger } = this.#options;
    this.#isRefreshing = true;
    for (let attempt = 0; !this.#stop.signal.aborted; ) {
      const seen = this.#changes;
      try {
        await this.#refresh();
        attempt = 0;
        if (this.#changes === seen) break;
      } catch (error) {
        if (this.#stop.signal.aborted || client.closing.aborted) break;
        const waitMs = backoffMs(attempt++, RETRY_BASE_MS, RETRY_MAX_MS);
        logger.warn(`Cannot list ${space} (${messageOf(error)}); next try in ${Math.round(waitMs)} ms`);
        await pause(waitMs, this.#stop.signal);
      }
    }
    this.#isRefreshing = false;
  }

  async #refresh(): Promise<void> {
    const { client, space, logger } = this.#options;
    const found = await client.run((attempt) => readSpace(attempt, space, logger), {
      signal: this.#stop.signal,
    });
    const before = this.#found;
    const isSame = found.length === before?.length && found.every((one, i) => isEqual(one, before[i]));
    this.#found = found;
    if (isSame) return;
    for (const listener of this.#listeners) this.#notify(listener);
  }

  #notify(listener: SpaceListener): void {
    try {
      listener((this.#found ?? []).map(({ node }) => node));
    } catch (error) {
      this.#options.logger.error(`A listener of ${this.#options.space} failed`, error);
    }
  }
}

function isEqual({ node, createdAt }: FoundNode, other: FoundNode | undefined): boolean {
  const { path, host, port } = node;
  const now = other?.node;
  return createdAt === other?.createdAt && path === now?.path && host === now.host && port === now.port;
}
