import type { Clock } from '../clock.ts';
import { WatchManager } from '../watch/watch-manager.ts';
import { DataTree } from './data-tree.ts';
import { SERVER_ACTOR, Transaction } from './transaction.ts';
import type { Actor } from './transaction.ts';

const ZXID_EPOCH_MS = Date.UTC(2025, 0, 1);
const ZXIDS_PER_MS = 4096;
/** A sweep that finds more leaves the rest to the next one. */
const MAX_SWEPT_NODES = 10_000;

/**
 * The first zxid of a server started at this time. It is ahead of every zxid a predecessor can have handed
 * out (unless that made over four million changes a second), for a client that has seen a higher zxid than
 * the server's is turned away, again and again, and would never learn that its session is gone. It stays
 * below 2^53 until 2094, since clients in JavaScript hold zxids as numbers.
 */
export function firstZxid(nowMs: number): number {
  return Math.max(0, Math.floor(nowMs) - ZXID_EPOCH_MS) * ZXIDS_PER_MS;
}

/** The tree, its watches and the order of changes. */
export class Database {
  readonly tree: DataTree;
  readonly watches = new WatchManager();
  readonly #clock: Clock;
  #lastZxid: number;

  constructor(clock: Clock, tree: DataTree = new DataTree()) {
    this.#clock = clock;
    this.tree = tree;
    this.#lastZxid = firstZxid(clock.now());
  }

  /** The number of the last change, or attempt at one: a refused change takes a zxid too. */
  get lastZxid(): number {
    return this.#lastZxid;
  }

  /** For a change that is not one of the tree, as a session's begin. */
  takeZxid(): number {
    this.#lastZxid += 1;
    return this.#lastZxid;
  }

  /**
   * Makes a change, all of it or nothing. When this returns the watchers have been told, so a reply sent
   * after it comes after their events.
   */
  transact<T>(actor: Actor, change: (txn: Transaction) => T): T {
    const txn = new Transaction(this.takeZxid(), Math.floor(this.#clock.now()), actor);
    let result: T;
    try {
      result = change(txn);
    } catch (error) {
      txn.rollback();
      throw error;
    }
    for (const event of txn.events) this.watches.fire(event, txn.zxid);
    return result;
  }

  /** Ends what a session leaves behind; all of it under one zxid, as Apache's server does. */
  closeSession(sessionId: bigint): void {
    this.transact(SERVER_ACTOR, (txn) => {
      for (const path of this.tree.ephemeralsOf(sessionId)) this.tree.remove(path, txn);
    });
  }

  /** Deletes emptied containers and overdue TTL nodes. */
  sweep(): number {
    const expended = this.tree.findExpended(this.#clock.now(), MAX_SWEPT_NODES);
    for (const path of expended) this.transact(SERVER_ACTOR, (txn) => this.tree.remove(path, txn));
    return expended.length;
  }
}
