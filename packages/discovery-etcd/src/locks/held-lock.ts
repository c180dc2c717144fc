import { ConnectionState, SenbonError } from '@senbon/core';
import type { EtcdClient } from '../client/etcd-client.ts';
import { KeyWatch } from '../client/key-watch.ts';
import type { LockQueue, Place } from './lock-queue.ts';

export interface HeldLockOptions {
  readonly client: EtcdClient;
  readonly queue: LockQueue;
  readonly place: Place;
  readonly path: string;
}

/**
 * A lock that is watched over. `signal` aborts when it is lost: the lease is gone, somebody deleted the key, or etcd has
 * been out of reach for so long that it may have given the lock to another.
 */
export class HeldLock {
  readonly #options: HeldLockOptions;
  readonly #loss = new AbortController();
  readonly #offChange: () => void;
  readonly #watch: KeyWatch;
  #doubt: NodeJS.Timeout | undefined;
  #isReleased = false;

  constructor(options: HeldLockOptions) {
    const { client, place } = options;
    this.#options = options;
    this.#offChange = client.onChange((state) => {
      if (state === ConnectionState.lost) this.lose('its lease has expired');
      if (state === ConnectionState.closed) this.lose('the client was closed');
    });
    this.#watch = new KeyWatch(client, { key: place.key }, () => void this.#look().catch(() => undefined));
    // What happened before this object listened.
    if (client.state === ConnectionState.lost || client.session !== place.session) {
      this.lose('its lease has expired');
    }
    this.#doubtLater();
  }

  get signal(): AbortSignal {
    return this.#loss.signal;
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#stop();
    await this.#options.queue.leave(this.#options.place);
  }

  lose(why: string): void {
    if (this.#isReleased || this.#loss.signal.aborted) return;
    this.#stop();
    const problem = `the lock was lost: ${why}`;
    this.#loss.abort(new SenbonError('DISCOVERY_FAILED', { path: this.#options.path, problem }));
  }

  async #look(): Promise<void> {
    const { client, place } = this.#options;
    const { kvs } = await client.run(({ link, timeoutMs }) =>
      link.range({ key: place.key, keys_only: true }, timeoutMs),
    );
    if (kvs.length === 0) this.lose('somebody deleted its key, or its lease has expired');
  }

  /** Every renewal of the lease puts the moment off. */
  #doubtLater(): void {
    const { safeForMs } = this.#options.place.session;
    if (this.#loss.signal.aborted) return;
    if (safeForMs > 0) this.#doubt = setTimeout(() => this.#doubtLater(), safeForMs);
    else this.lose('etcd has been out of reach for longer than it keeps a lease');
  }

  #stop(): void {
    clearTimeout(this.#doubt);
    this.#offChange();
    this.#watch.close();
  }
}
