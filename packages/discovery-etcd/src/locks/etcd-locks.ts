import { type CallOptions, type Locks, SenbonError } from '@senbon/core';
import { Deadline, HeldLocks } from '@senbon/core/discovery';
import { discoveryError } from '../errors.ts';
import { HeldLock } from './held-lock.ts';
import { LockQueue, type LockQueueOptions } from './lock-queue.ts';

export class EtcdLocks implements Locks {
  readonly #options: LockQueueOptions;
  readonly #held = new HeldLocks<HeldLock>();

  constructor(options: LockQueueOptions) {
    this.#options = options;
  }

  async withLock<T>(
    path: string,
    timeoutMs: number,
    fn: (signal: AbortSignal) => Promise<T>,
    call: CallOptions = {},
  ): Promise<T> {
    return this.#held.during(await this.#acquire(path, new Deadline(timeoutMs, call.signal)), fn);
  }

  /** Takes the locks from those who hold them; their keys go with the lease. */
  close(): void {
    this.#held.loseAll('the client was closed');
  }

  async #acquire(path: string, deadline: Deadline): Promise<HeldLock> {
    const { client } = this.#options;
    const queue = new LockQueue(this.#options, path);
    try {
      deadline.signal?.throwIfAborted();
      return new HeldLock({ client, queue, place: await queue.acquire(deadline), path });
    } catch (error) {
      deadline.signal?.throwIfAborted();
      client.closing.throwIfAborted();
      if (deadline.isOver) {
        throw new SenbonError('DISCOVERY_LOCK_TIMEOUT', { path, ms: deadline.totalMs }, { cause: error });
      }
      throw discoveryError(error, path);
    }
  }
}
