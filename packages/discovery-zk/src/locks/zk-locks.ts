import { type CallOptions, type Locks, SenbonError } from '@senbon/core';
import { Deadline, HeldLocks } from '@senbon/core/discovery';
import type { ZkClient } from '../client/zk-client.ts';
import { discoveryError } from '../errors.ts';
import { CuratorMutex } from './curator-mutex.ts';
import { HeldLock } from './held-lock.ts';
import { LockNodes, type LockNodesOptions } from './lock-nodes.ts';

export class ZkLocks implements Locks {
  readonly #client: ZkClient;
  readonly #nodes: LockNodes;
  readonly #held = new HeldLocks<HeldLock>();

  constructor(options: LockNodesOptions) {
    this.#client = options.client;
    this.#nodes = new LockNodes(options);
  }

  async withLock<T>(
    path: string,
    timeoutMs: number,
    fn: (signal: AbortSignal) => Promise<T>,
    call: CallOptions = {},
  ): Promise<T> {
    return this.#held.during(await this.#acquire(path, new Deadline(timeoutMs, call.signal)), fn);
  }

  /** Takes the locks from those who hold them. */
  async close(): Promise<void> {
    await Promise.all(this.#held.loseAll('the client was closed').map((held) => held.release()));
  }

  async #acquire(path: string, deadline: Deadline): Promise<HeldLock> {
    try {
      deadline.signal?.throwIfAborted();
      const lease = await new CuratorMutex(this.#client, this.#nodes, path).acquire(deadline);
      return await HeldLock.keep(this.#client, this.#nodes, lease, path);
    } catch (error) {
      deadline.signal?.throwIfAborted();
      const isClosed = error instanceof SenbonError && error.code === 'DISCOVERY_CLOSED';
      if (!isClosed && deadline.isOver) {
        throw new SenbonError('DISCOVERY_LOCK_TIMEOUT', { path, ms: deadline.totalMs }, { cause: error });
      }
      throw discoveryError(error, path);
    }
  }
}
