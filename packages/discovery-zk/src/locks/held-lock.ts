import { ConnectionState, SenbonError } from '@senbon/core';
import { WatchEvent } from '../client/handle.ts';
import type { ZkClient } from '../client/zk-client.ts';
import type { Lease } from './curator-mutex.ts';
import type { LockNodes } from './lock-nodes.ts';

/**
 * A lease that is watched over. `signal` aborts when it is lost: the session is gone, somebody deleted the node, or
 * the server has been out of reach for so long that it may have given the lock to another.
 */
export class HeldLock {
  readonly #client: ZkClient;
  readonly #nodes: LockNodes;
  readonly #lease: Lease;
  readonly #path: string;
  readonly #loss = new AbortController();
  readonly #offChange: () => void;
  #doubt: NodeJS.Timeout | undefined;
  #isReleased = false;

  private constructor(client: ZkClient, nodes: LockNodes, lease: Lease, path: string) {
    this.#client = client;
    this.#nodes = nodes;
    this.#lease = lease;
    this.#path = path;
    this.#offChange = client.onChange((state) => this.#onChange(state));
  }

  static async keep(client: ZkClient, nodes: LockNodes, lease: Lease, path: string): Promise<HeldLock> {
    const held = new HeldLock(client, nodes, lease, path);
    try {
      await held.#watch();
      // What happened before this object listened.
      held.#onChange(client.session === lease.session ? client.state : ConnectionState.lost);
      return held;
    } catch (error) {
      await held.release();
      throw error;
    }
  }

  get signal(): AbortSignal {
    return this.#loss.signal;
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    clearTimeout(this.#doubt);
    this.#offChange();
    await this.#nodes.delete(this.#lease.path, this.#lease.session);
  }

  lose(why: string): void {
    if (this.#isReleased || this.#loss.signal.aborted) return;
    const problem = `the lock was lost: ${why}`;
    this.#loss.abort(new SenbonError('DISCOVERY_FAILED', { path: this.#path, problem }));
  }

  async #watch(): Promise<void> {
    const { path, session } = this.#lease;
    const read = () => session.exists(path, (type) => this.#onNodeEvent(type));
    if ((await this.#client.run(read, { session })) === null) this.lose('somebody deleted its node');
  }

  #onNodeEvent(type: number): void {
    if (this.#isReleased) return;
    if (type === WatchEvent.deleted) this.lose('somebody deleted its node');
    // Without the watch a deletion would go unnoticed; losing the session is noticed by `onChange`.
    else void this.#watch().catch(() => this.lose('its node cannot be watched'));
  }

  #onChange(state: ConnectionState): void {
    clearTimeout(this.#doubt);
    if (state === ConnectionState.connected) return;
    if (state === ConnectionState.suspended) {
      const why = 'the server is out of reach for longer than it keeps a session';
      this.#doubt = setTimeout(() => this.lose(why), this.#lease.session.safeForMs);
    } else {
      this.lose(state === ConnectionState.lost ? 'the session expired' : 'the client was closed');
    }
  }
}
