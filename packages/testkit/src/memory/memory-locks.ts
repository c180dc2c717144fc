import { type CallOptions, type Locks, SenbonError } from '@senbon/core';

interface Waiter {
  readonly wake: () => void;
}

/** Queues by path that all clients of one memory discovery share. The first in a queue holds the lock. */
export type LockQueues = Map<string, Waiter[]>;

/** The locks of one session; `ended` aborts when it is lost or closed. */
export class MemoryLocks implements Locks {
  readonly #queues: LockQueues;
  readonly #ended: () => AbortSignal;

  constructor(queues: LockQueues, ended: () => AbortSignal) {
    this.#queues = queues;
    this.#ended = ended;
  }

  async withLock<T>(
    path: string,
    timeoutMs: number,
    fn: (signal: AbortSignal) => Promise<T>,
    { signal }: CallOptions = {},
  ): Promise<T> {
    const ended = this.#ended();
    ended.throwIfAborted();
    signal?.throwIfAborted();
    const queue = this.#queues.get(path) ?? [];
    this.#queues.set(path, queue);
    let isLeft = false;
    let self: Waiter | undefined;
    const leave = (): void => {
      if (isLeft || self === undefined) return;
      isLeft = true;
      queue.splice(queue.indexOf(self), 1);
      queue[0]?.wake();
    };
    // With its session a lock goes, whether or not its holder has noticed.
    ended.addEventListener('abort', leave, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new SenbonError('DISCOVERY_LOCK_TIMEOUT', { path, ms: timeoutMs })),
          timeoutMs,
        );
        const settle = (act: () => void) => () => {
          clearTimeout(timer);
          act();
        };
        self = { wake: settle(resolve) };
        queue.push(self);
        const giveUp = (by: AbortSignal | undefined) =>
          by?.addEventListener(
            'abort',
            settle(() => reject(by.reason as Error)),
            { once: true },
          );
        giveUp(ended);
        giveUp(signal);
        if (queue[0] === self) self.wake();
      });
      return await fn(ended);
    } finally {
      leave();
      ended.removeEventListener('abort', leave);
      if (queue.length === 0) this.#queues.delete(path);
    }
  }
}
