import { type CallOptions, type Locks, SenbonError } from '@senbon/core';
import { Deadline } from '@senbon/core/discovery';
import { discoveryError } from '../errors.ts';
import { HeldLock } from './held-lock.ts';
import { LockQueue, type LockQueueOptions } from './lock-queue.ts';

export class EtcdLocks implements Locks {
  readonly #options: LockQueueOptions;
  readonly #held = new Set<HeldLock>();

  constructor(options: LockQueueOptions) {
    this.#options = options;
  }

  async withLock<T>(
    path: string,
    timeoutMs: number,
    fn: (signal: AbortSignal) => Promise<T>,
    call: CallOptions = {},
  ): Promise<T> {
    const held = await this.#acquire(path, new Deadline(timeoutMs, call.signal));
    this.#held.add(held);
    try {
      return await fn(held.signal);
    } finally {
      this.#held.delete(held);
      await held.release();
    }
  }

  /** Takes the locks from those who hold them; their keys go with the lease. */
  close(): void {
    for (const held of this.#held) held.lose('the client was closed');
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
