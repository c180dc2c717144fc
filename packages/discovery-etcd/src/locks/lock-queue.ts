import { randomUUID } from 'node:crypto';
import { type Logger, SenbonError, messageOf } from '@senbon/core';
import { type Deadline, deferred, orAborted, pause, within } from '@senbon/core/discovery';
import type { Attempt, EtcdClient } from '../client/etcd-client.ts';
import { isFault } from '../client/etcd-error.ts';
import { KeyWatch } from '../client/key-watch.ts';
import { LATE_REQUEST_MS, childOf, keyOf, prefixRange } from '../client/keys.ts';
import type { LeaseSession } from '../client/lease-session.ts';

/** A place in etcd's own lock queue is named by its lease in hexadecimal; ours add what tells two of one client apart. */
const PLACE = /^[0-9a-f]{1,16}(-[0-9a-f-]{36})?$/;

export interface Place {
  readonly key: Buffer;
  readonly session: LeaseSession;
}

export interface LockQueueOptions {
  readonly client: EtcdClient;
  readonly logger: Logger;
}

/**
 * The queue for one lock, laid out as by etcd's lock service, which Kyuubi uses, and so excluding and excluded by it:
 * the oldest key below the path holds the lock, each other one waits for the end of the one before it.
 */
export class LockQueue {
  readonly #options: LockQueueOptions;
  readonly #path: string;

  constructor(options: LockQueueOptions, path: string) {
    this.#options = options;
    this.#path = path;
  }

  /** A lost lease, or an own key deleted by somebody, means a new place at the end. */
  async acquire(deadline: Deadline): Promise<Place> {
    const { client } = this.#options;
    while (true) {
      const session = await client.liveSession(bound(deadline));
      try {
        const place = await this.#acquireIn(session, deadline);
        if (place !== null) return place;
      } catch (error) {
        if (!isFault(error, 'leaseGone')) throw error;
      }
    }
  }

  /** Resolves when the key is gone, or cannot be deleted at present; then it is tried on until its lease ends. */
  async leave({ key, session }: Place): Promise<void> {
    const { client, logger } = this.#options;
    const request = { success: [{ request_delete_range: { key } }] };
    const remove = ({ link, timeoutMs }: Attempt) => link.txn(request, timeoutMs);
    try {
      await client.run(remove, { session });
    } catch (error) {
      if (client.closing.aborted) return;
      logger.debug(`Cannot give up ${key.toString()} yet: ${messageOf(error)}`);
      if (isUnreachable(error)) void this.leave({ key, session });
    }
  }

  /** `null` when somebody deleted the key. */
  async #acquireIn(session: LeaseSession, deadline: Deadline): Promise<Place | null> {
    const key = keyOf(childOf(this.#path, `${session.hexId}-${randomUUID()}`));
    const place = { key, session };
    const { client } = this.#options;
    const { timeoutMs, signal } = bound(deadline);
    // It goes on when nobody waits for it any more: only a key that was made can be taken away.
    const enqueued = client.run((attempt) => enqueue(attempt, place), { timeoutMs, session });
    let isHeld = false;
    try {
      await orAborted(enqueued, signal);
      isHeld = await this.#waitTurn(place, deadline);
    } finally {
      if (!isHeld) void this.#leaveAfter(enqueued, place);
    }
    return isHeld ? place : null;
  }

  async #leaveAfter(enqueued: Promise<void>, place: Place): Promise<void> {
    const isSure = await enqueued.then(
      () => true,
      (error: unknown) => !isUnreachable(error),
    );
    await this.leave(place);
    if (isSure) return;
    await pause(LATE_REQUEST_MS, this.#options.client.closing);
    await this.leave(place);
  }

  async #waitTurn(place: Place, deadline: Deadline): Promise<boolean> {
    const { client } = this.#options;
    const options = { ...bound(deadline), session: place.session };
    while (true) {
      const before = await client.run((attempt) => this.#before(attempt, place), options);
      if (before === 'gone') return false;
      if (before === null) return true;
      await this.#waitFor(before, place, deadline);
      options.timeoutMs = deadline.remainingMs;
    }
  }

  /** The key to wait for; `null` when the lock is had. */
  async #before({ link, timeoutMs }: Attempt, { key }: Place): Promise<Buffer | null | 'gone'> {
    const parent = childOf(this.#path, '');
    const { kvs } = await link.range(
      { ...prefixRange(parent), keys_only: true, sort_target: 'Create', sort_order: 'Ascend' },
      timeoutMs,
    );
    const queue = kvs.filter((entry) => PLACE.test(entry.key.toString('utf8').slice(parent.length)));
    const index = queue.findIndex((entry) => entry.key.equals(key));
    if (index < 0) return 'gone';
    return queue[index - 1]?.key ?? null;
  }

  /** Until it, or this client's lease, is gone. */
  async #waitFor(before: Buffer, { session }: Place, deadline: Deadline): Promise<void> {
    const { client } = this.#options;
    const isOver = deferred();
    const look = async (): Promise<void> => {
      const { kvs } = await client.run(({ link, timeoutMs }) =>
        link.range({ key: before, keys_only: true }, timeoutMs),
      );
      if (kvs.length === 0) isOver.resolve();
    };
    // A look that fails is followed by another when the watch has found a member again.
    const watch = new KeyWatch(client, { key: before }, () => void look().catch(() => undefined));
    const offState = client.onChange((state) => {
      if (state === 'lost') isOver.resolve();
    });
    try {
      if (client.state === 'lost' || client.session !== session) return;
      const wait = within(isOver.promise, {
        timeoutMs: deadline.remainingMs,
        signal: deadline.signal,
        onTimeout: () => new Error(`${this.#path} is held by somebody else`),
      });
      await orAborted(wait, client.closing);
    } finally {
      offState();
      watch.close();
    }
  }
}

/** The name is used once, so that a repetition after a lost answer finds its own key. */
async function enqueue({ link, timeoutMs }: Attempt, { key, session }: Place): Promise<void> {
  await link.txn(
    {
      compare: [{ key, target: 'Create', result: 'Equal', create_revision: 0 }],
      success: [{ request_put: { key, value: Buffer.alloc(0), lease: session.id } }],
    },
    timeoutMs,
  );
}

function bound({ remainingMs, signal }: Deadline): { timeoutMs: number; signal: AbortSignal | undefined } {
  return { timeoutMs: remainingMs, signal };
}

function isUnreachable(error: unknown): boolean {
  return error instanceof SenbonError && error.code === 'DISCOVERY_UNREACHABLE';
}
