import { ConnectionState, SenbonError } from '@senbon/core';
import { type Deadline, deferred, within } from '@senbon/core/discovery';
import type { ZkClient } from '../client/zk-client.ts';
import { ZkCode, ZkError, isZkCode } from '../client/zk-error.ts';
import type { ZkSession } from '../client/zk-session.ts';
import { LEASES, QUEUE, protectedName, queueOrder } from './curator-nodes.ts';
import type { BoundOptions, LockNodes } from './lock-nodes.ts';

export interface Lease {
  readonly path: string;
  readonly session: ZkSession;
}

/** Acquires a mutex in Curator's layout: fair by the queue's sequence, each waiter woken by its predecessor only. */
export class CuratorMutex {
  readonly #client: ZkClient;
  readonly #nodes: LockNodes;
  readonly #path: string;

  constructor(client: ZkClient, nodes: LockNodes, path: string) {
    this.#client = client;
    this.#nodes = nodes;
    this.#path = path;
  }

  /** A lost session, or an own node deleted by somebody, means a new place at the end of the queue. */
  async acquire(deadline: Deadline): Promise<Lease> {
    while (true) {
      const { remainingMs: timeoutMs, signal } = deadline;
      const session = await this.#client.run(async (current) => current, { timeoutMs, signal });
      try {
        return await this.#acquireOn(session, deadline);
      } catch (error) {
        if (
          deadline.isOver ||
          deadline.signal?.aborted === true ||
          !isZkCode(error, ZkCode.sessionExpired, ZkCode.noNode)
        )
          throw error;
      }
    }
  }

  async #acquireOn(session: ZkSession, deadline: Deadline): Promise<Lease> {
    const queue = `${this.#path}/${QUEUE}`;
    const place = await this.#nodes.create(queue, protectedName('lock'), bound(session, deadline));
    try {
      await this.#waitTurn(session, place, deadline);
      return await this.#takeLease(session, deadline);
    } finally {
      await this.#nodes.delete(`${queue}/${place}`, session);
    }
  }

  async #waitTurn(session: ZkSession, place: string, deadline: Deadline): Promise<void> {
    const queue = `${this.#path}/${QUEUE}`;
    await this.#lookUntil(session, deadline, async (onFired) => {
      const names = queueOrder(await session.children(queue));
      const index = names.indexOf(place);
      if (index < 0) throw gone(`${queue}/${place}`);
      if (index === 0) return true;
      try {
        // Not `exists`: that would leave a watch on a name that never comes again.
        await session.get(`${queue}/${names[index - 1]}`, onFired);
      } catch (error) {
        if (!isZkCode(error, ZkCode.noNode)) throw error;
        onFired();
      }
      return false;
    });
  }

  async #takeLease(session: ZkSession, deadline: Deadline): Promise<Lease> {
    const leases = `${this.#path}/${LEASES}`;
    const own = await this.#nodes.create(leases, protectedName('lease'), bound(session, deadline));
    const path = `${leases}/${own}`;
    try {
      await this.#lookUntil(session, deadline, async (onFired) => {
        const names = await session.children(leases, onFired);
        if (!names.includes(own)) throw gone(path);
        return names.length === 1;
      });
      return { path, session };
    } catch (error) {
      await this.#nodes.delete(path, session);
      throw error;
    }
  }

  /** Looks again whenever the watch that `look` set has fired, until it returns true. */
  async #lookUntil(
    session: ZkSession,
    deadline: Deadline,
    look: (onFired: () => void) => Promise<boolean>,
  ): Promise<void> {
    while (true) {
      const fired = deferred();
      const isDone = await this.#client.run(() => look(fired.resolve), bound(session, deadline));
      if (isDone) return;
      await this.#wait(fired.promise, session, deadline);
    }
  }

  /** At a session's end its watches fire no more. */
  async #wait(fired: Promise<void>, session: ZkSession, deadline: Deadline): Promise<void> {
    const lost = deferred();
    const stop = this.#client.onChange((state) => {
      if (state === ConnectionState.lost || state === ConnectionState.closed) lost.resolve();
    });
    try {
      await within(Promise.race([fired, lost.promise]), {
        timeoutMs: deadline.remainingMs,
        signal: deadline.signal,
        onTimeout: () => new ZkError(ZkCode.operationTimeout, 'lock', this.#path, 'held by somebody else'),
      });
    } finally {
      stop();
    }
    if (this.#client.closing.aborted) throw new SenbonError('DISCOVERY_CLOSED');
    if (this.#client.session !== session || this.#client.state === ConnectionState.lost) {
      throw new ZkError(ZkCode.sessionExpired, 'lock', this.#path, 'the session is gone');
    }
  }
}

function bound(session: ZkSession, deadline: Deadline): BoundOptions {
  return { session, timeoutMs: deadline.remainingMs, signal: deadline.signal };
}

function gone(path: string): ZkError {
  return new ZkError(ZkCode.noNode, 'lock', path, 'somebody deleted it');
}
