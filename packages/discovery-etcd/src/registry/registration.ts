import { type Logger, type NodeSpec, type Registration, RegistrationEnd, messageOf } from '@senbon/core';
import { backoffMs, orAborted, pause, RegistrationLife, RegistrationState } from '@senbon/core/discovery';
import type { Attempt, EtcdClient, RunOptions } from '../client/etcd-client.ts';
import { isFault } from '../client/etcd-error.ts';
import { KeyWatch } from '../client/key-watch.ts';
import { LATE_REQUEST_MS, keyOf } from '../client/keys.ts';
import type { LeaseSession } from '../client/lease-session.ts';
import { translated } from '../errors.ts';
import { type Placing, deleteKey, findOwn, markSpace, placeNode } from './place-node.ts';
import type { Turns } from './turns.ts';

const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 10_000;
/** For one wait for a member that answers; there is another after it. */
const LATE_DELETION_MS = 60_000;
const NO_LEASE = '0';

export interface RegistrationOptions {
  readonly client: EtcdClient;
  readonly space: string;
  readonly spec: NodeSpec;
  readonly logger: Logger;
  /** Paths of this client's registrations, so that none adopts another's node. */
  readonly ownPaths: Set<string>;
  /** Of the spaces of this client: what one takes away must not be what another is just making. */
  readonly turns: Turns;
  readonly onEnd: (registration: EtcdRegistration) => void;
}

/** One node under a space, made again after a lost lease, but never after somebody deleted it. */
export class EtcdRegistration implements Registration {
  readonly #options: RegistrationOptions;
  readonly #life: RegistrationLife;
  readonly #offSession: () => void;
  /** Whose lease the node has. */
  #session: LeaseSession | null = null;
  #watch: KeyWatch | null = null;
  #isChecking = false;
  #changes = 0;
  /** Making the node anew with a new lease. */
  #work: Promise<void> = Promise.resolve();

  private constructor(options: RegistrationOptions) {
    const { client, space, spec, logger, ownPaths, onEnd } = options;
    this.#options = options;
    this.#offSession = client.onSession(() => this.#onNewSession());
    this.#life = new RegistrationLife({
      space,
      spec,
      bond: 'lease',
      logger,
      ownPaths,
      closing: client.closing,
      onEnd: () => {
        this.#watch?.close();
        this.#offSession();
        onEnd(this);
      },
    });
  }

  static async open(options: RegistrationOptions, call: RunOptions): Promise<EtcdRegistration> {
    const registration = new EtcdRegistration(options);
    try {
      await registration.#place(call);
      return registration;
    } catch (error) {
      registration.#life.end(RegistrationEnd.closed, 'it could not be made');
      if (!registration.isPersistent) void registration.#sweep();
      throw error;
    }
  }

  get ended(): Promise<RegistrationEnd> {
    return this.#life.ended;
  }

  get path(): string {
    return this.#life.path;
  }

  get isEnded(): boolean {
    return this.#life.isEnded;
  }

  get isPersistent(): boolean {
    return this.#life.isPersistent;
  }

  /** Rejects when the node cannot be deleted now. It is deleted as soon as it can be then, or with its lease. */
  async close(): Promise<void> {
    const { client, space, turns } = this.#options;
    const { state } = this.#life;
    const isBeingMade = state === RegistrationState.registering || state === RegistrationState.lost;
    if (!this.#life.leave()) return;
    // In its turn, for a node that is just being made with a new lease would stay otherwise.
    await this.#work;
    const remove = () => turns.take(space, () => client.run((attempt) => deleteKey(attempt, this.path)));
    try {
      await translated(space, remove);
      this.#life.forget();
    } catch (error) {
      void this.#deleteLate();
      throw error;
    } finally {
      if (isBeingMade) void this.#sweep();
    }
  }

  /** Forgets the node without deleting it: the lease's end will, or it is persistent. */
  abandon(): void {
    this.#life.end(RegistrationEnd.closed, 'the client was closed');
  }

  /** It waits for a member that answers, as long as the lease lives that the node goes with. */
  #deleteLate(): Promise<void> {
    const { client } = this.#options;
    const bound = this.isPersistent || this.#session === null ? {} : { session: this.#session };
    const options = { ...bound, timeoutMs: LATE_DELETION_MS };
    return this.#life.deleteLate(
      () => client.run((attempt) => deleteKey(attempt, this.path), options),
      (error) => isFault(error, 'leaseGone'),
    );
  }

  #onNewSession(): void {
    if (this.#life.state !== RegistrationState.registered || this.isPersistent) return;
    this.#life.lost('the lease was lost');
    this.#watch?.close();
    const again = () => this.#place({ signal: this.#life.signal });
    this.#work = this.#work.then(() => this.#life.replace(again));
  }

  async #place(call: RunOptions): Promise<void> {
    const { client, space } = this.#options;
    await client.run((attempt) => markSpace(attempt, space), call);
    const session = await this.#placeInSession(call);
    if (this.isEnded) return;
    this.#life.registered();
    this.#watch = new KeyWatch(client, { key: keyOf(this.path) }, () => this.#changed());
    // The lease may have gone between the answer and now, when this was not listening yet.
    if (!this.isPersistent && session !== client.session) this.#onNewSession();
  }

  /** A turn of its space is kept until the request has been answered, also when the caller does not wait any more. */
  async #placeInSession(call: RunOptions): Promise<LeaseSession> {
    const { client, space, turns } = this.#options;
    while (true) {
      const session = await client.liveSession(call);
      this.#session = session;
      try {
        await orAborted(
          turns.take(space, () => this.#placeNow(session, call)),
          call.signal,
        );
        return session;
      } catch (error) {
        if (!isFault(error, 'leaseGone')) throw error;
      }
    }
  }

  async #placeNow(session: LeaseSession, { signal }: RunOptions): Promise<void> {
    const { client, ownPaths } = this.#options;
    const placing = this.#placing(session);
    const place = async (attempt: Attempt): Promise<string> => {
      signal?.throwIfAborted();
      const own = attempt.count === 0 ? null : await findOwn(attempt, placing, ownPaths);
      return own ?? (await placeNode(attempt, placing));
    };
    // Whose a persistent node is cannot be told afterwards, so its making is not repeated.
    this.#life.path = await client.run(place, this.isPersistent ? { once: true } : { session });
  }

  #placing(session: LeaseSession): Placing {
    const { space, spec } = this.#options;
    return { space, spec, leaseId: this.isPersistent ? NO_LEASE : session.id };
  }

  /** Takes away a node of which only the answer was lost, or which came after the caller had given up. */
  async #sweep(): Promise<void> {
    const { client, space, logger, ownPaths, turns } = this.#options;
    const session = this.#session;
    if (session === null) return;
    const placing = this.#placing(session);
    const takeAway = async (attempt: Attempt): Promise<void> => {
      const path = await findOwn(attempt, placing, ownPaths);
      if (path !== null) await deleteKey(attempt, path);
    };
    for (const waitMs of [0, LATE_REQUEST_MS]) {
      await pause(waitMs, client.closing);
      try {
        await turns.take(space, () => client.run(takeAway, { session, timeoutMs: session.ttlMs }));
      } catch (error) {
        logger.debug(`Nothing to take away under ${space}: ${messageOf(error)}`);
      }
    }
  }

  #changed(): void {
    this.#changes++;
    if (!this.#isChecking) void this.#check();
  }

  /** Looks whether the node is there, and if not, whether it went with its lease. */
  async #check(): Promise<void> {
    const { client, logger } = this.#options;
    this.#isChecking = true;
    for (let failures = 0; this.#isWatching; ) {
      const seen = this.#changes;
      try {
        await this.#checkOnce();
        if (this.#changes === seen) break;
      } catch (error) {
        // A new lease means a new node, and a new look.
        if (isFault(error, 'leaseGone') || client.closing.aborted) break;
        logger.debug(`Cannot tell yet whether ${this.path} is there: ${messageOf(error)}`);
        await pause(backoffMs(failures++, RETRY_BASE_MS, RETRY_MAX_MS), this.#life.signal);
      }
    }
    this.#isChecking = false;
  }

  get #isWatching(): boolean {
    return this.#life.state === RegistrationState.registered && !this.#options.client.closing.aborted;
  }

  async #checkOnce(): Promise<void> {
    const { client } = this.#options;
    const path = this.path;
    const session = this.#session;
    const key = keyOf(path);
    const { kvs } = await client.run(({ link, timeoutMs }) =>
      link.range({ key, keys_only: true }, timeoutMs),
    );
    if (kvs.length > 0 || session === null) return;
    if (!this.isPersistent && !(await client.isLeaseAlive(session))) {
      client.expire(session, 'the lease has expired');
    } else if (path === this.path && this.#isWatching) {
      this.#life.end(RegistrationEnd.deleted, 'somebody deleted the node');
    }
  }
}
