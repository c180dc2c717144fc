import {
  type Logger,
  type NodeSpec,
  type Registration,
  RegistrationEnd,
  SenbonError,
  messageOf,
} from '@senbon/core';
import { backoffMs, deferred, encodeNodeData, encodeNodeName, pause } from '@senbon/core/discovery';
import { CreateFlag, type NodeAcl, WatchEvent } from '../client/handle.ts';
import type { RunOptions, ZkClient } from '../client/zk-client.ts';
import { childOf, createWithParents, deleteNode, nameOf } from '../client/zk-ops.ts';
import { ZkCode, isZkCode } from '../client/zk-error.ts';
import type { ZkSession } from '../client/zk-session.ts';
import { translated } from '../errors.ts';

const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 10_000;
/** For one wait for a connection; there is another after it. */
const LATE_DELETION_MS = 60_000;

export const RegistrationState = {
  registering: 'registering',
  registered: 'registered',
  /** The session, and with it the node, is gone; a node in the new session is being made. */
  lost: 'lost',
  ended: 'ended',
} as const;
export type RegistrationState = (typeof RegistrationState)[keyof typeof RegistrationState];

const moves: Readonly<Record<RegistrationState, readonly RegistrationState[]>> = {
  registering: ['registered', 'ended'],
  registered: ['lost', 'ended'],
  lost: ['registered', 'ended'],
  ended: [],
};

export interface RegistrationOptions {
  readonly client: ZkClient;
  readonly space: string;
  readonly spec: NodeSpec;
  readonly acl: readonly NodeAcl[] | null;
  readonly logger: Logger;
  /** Paths of this client's registrations, so that none adopts another's node. */
  readonly ownPaths: Set<string>;
  readonly onEnd: (registration: ZkRegistration) => void;
}

/** One node under a space, made again after a lost session, but never after somebody deleted it. */
export class ZkRegistration implements Registration {
  readonly ended: Promise<RegistrationEnd>;
  readonly #options: RegistrationOptions;
  /** The path but for the sequence. */
  readonly #prefix: string;
  readonly #stop = new AbortController();
  readonly #resolveEnded: (end: RegistrationEnd) => void;
  readonly #offSession: () => void;
  #state: RegistrationState = RegistrationState.registering;
  #path = '';
  /** Making the node anew in a new session. */
  #work: Promise<void> = Promise.resolve();
  /** The newest attempt to make the node; it goes on when nobody waits for it any more. */
  #attempt: Promise<void> | null = null;
  /** Closed, and yet to be deleted. */
  #isLeftBehind = false;
  #isDeletingLate = false;

  private constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#prefix = childOf(options.space, encodeNodeName(options.spec));
    const { promise, resolve } = deferred<RegistrationEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#offSession = options.client.onSession(() => this.#onNewSession());
  }

  static async open(options: RegistrationOptions, call: RunOptions): Promise<ZkRegistration> {
    const registration = new ZkRegistration(options);
    try {
      await registration.#place(call);
      return registration;
    } catch (error) {
      registration.#end(RegistrationEnd.closed, 'it could not be made');
      if (!registration.isPersistent) void registration.#sweep();
      throw error;
    }
  }

  get path(): string {
    return this.#path;
  }

  get isEnded(): boolean {
    return this.#state === RegistrationState.ended;
  }

  get isPersistent(): boolean {
    return this.#options.spec.persistent === true;
  }

  /** Rejects when the node cannot be deleted now. It is deleted as soon as it can be then, or with its session. */
  async close(timeoutMs?: number): Promise<void> {
    if (this.#state === RegistrationState.ended && !this.#isLeftBehind) return;
    const { client, ownPaths } = this.#options;
    if (this.#state === RegistrationState.registered) this.#isLeftBehind = true;
    const isBeingMade = this.#state === RegistrationState.lost;
    this.#end(RegistrationEnd.closed, 'close was called');
    // Until it is gone, no other registration may take it for the node of an attempt whose answer was lost.
    if (this.#isLeftBehind) ownPaths.add(this.#path);
    // A node that is just being made in a new session would stay otherwise.
    await this.#work;
    if (isBeingMade) return this.#sweep();
    const { session } = client;
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    try {
      await translated(this.#path, () => deleteNode(client, this.#path, options));
      this.#forget();
    } catch (error) {
      if (this.#isLeftBehind && !this.#isDeletingLate) void this.#deleteLate(session);
      throw error;
    }
  }

  /** Forgets the node without deleting it: the session's end will, or it is persistent. */
  abandon(): void {
    this.#end(RegistrationEnd.closed, 'the client was closed');
  }

  #forget(): void {
    this.#isLeftBehind = false;
    this.#options.ownPaths.delete(this.#path);
  }

  async #deleteLate(session: ZkSession): Promise<void> {
    const { client, logger } = this.#options;
    const bound = this.isPersistent ? {} : { session };
    this.#isDeletingLate = true;
    while (this.#isLeftBehind && !client.closing.aborted) {
      try {
        await deleteNode(client, this.#path, { ...bound, timeoutMs: LATE_DELETION_MS });
        logger.info(`Registration ${nameOf(this.#path)} is deleted now`);
        this.#forget();
      } catch (error) {
        // It goes on only for want of a connection, and waits for that in `deleteNode`.
        if (error instanceof SenbonError && error.code === 'DISCOVERY_UNREACHABLE') continue;
        if (!isZkCode(error, ZkCode.sessionExpired) && !client.closing.aborted) {
          logger.warn(`Cannot delete ${this.#path}, which goes with its session: ${messageOf(error)}`);
        }
        this.#forget();
      }
    }
  }

  #onNewSession(): void {
    if (this.#state !== RegistrationState.registered) return;
    if (!this.isPersistent) this.#move(RegistrationState.lost, 'the session expired');
    this.#work = this.#work.then(() => this.#replace());
  }

  async #replace(): Promise<void> {
    const { client, logger, space } = this.#options;
    for (let attempt = 0; !this.#stop.signal.aborted && !client.closing.aborted; attempt++) {
      try {
        if (this.isPersistent) await client.run((session) => this.#watch(session));
        else await this.#place({ signal: this.#stop.signal });
        return;
      } catch (error) {
        if (this.#stop.signal.aborted || client.closing.aborted) return;
        const waitMs = backoffMs(attempt, RETRY_BASE_MS, RETRY_MAX_MS);
        logger.warn(
          `Cannot register under ${space} again (${messageOf(error)}); next try in ${Math.round(waitMs)} ms`,
        );
        await pause(waitMs, this.#stop.signal);
      }
    }
  }

  async #place(call: RunOptions): Promise<void> {
    const { client, spec, acl } = this.#options;
    const flags = CreateFlag.sequence | (this.isPersistent ? CreateFlag.persistent : CreateFlag.ephemeral);
    const attempt = async (session: ZkSession, isFirst: boolean): Promise<void> => {
      const existing = isFirst ? null : await this.#findOwn(session);
      const node = { path: this.#prefix, data: encodeNodeData(spec), flags };
      this.#setPath(existing ?? (await createWithParents(session, node, acl)));
      if (acl !== null) await session.setAcl(this.#path, acl);
      await this.#watch(session);
    };
    await client.run(
      (session) => {
        const before = this.#attempt;
        this.#attempt = (before ?? Promise.resolve())
          .catch(() => undefined)
          .then(() => attempt(session, before === null));
        return this.#attempt;
      },
      // Whose a persistent node is cannot be told afterwards, so its making is not repeated.
      { ...call, once: this.isPersistent },
    );
    if (this.#state === RegistrationState.ended) return;
    this.#move(RegistrationState.registered, this.#path);
  }

  /** The node of an attempt whose answer was lost, told by its owner. */
  async #findOwn(session: ZkSession): Promise<string | null> {
    const { space, ownPaths } = this.#options;
    const names = await session.children(space).catch(() => []);
    for (const name of names) {
      const path = childOf(space, name);
      if (!path.startsWith(this.#prefix) || (ownPaths.has(path) && path !== this.#path)) continue;
      const stat = await session.exists(path);
      if (stat?.ephemeralOwner === session.id) return path;
    }
    return null;
  }

  /** Takes away a node of which only the answer was lost, or which came after the caller had given up. */
  async #sweep(): Promise<void> {
    const { client, space, logger } = this.#options;
    const session = client.session;
    await this.#attempt?.catch(() => undefined);
    try {
      await client.run(
        async () => {
          const path = await this.#findOwn(session);
          if (path !== null) await session.delete(path);
        },
        { session, timeoutMs: session.timeoutMs },
      );
    } catch (error) {
      logger.debug(`Nothing to take away under ${space}: ${messageOf(error)}`);
    }
  }

  async #watch(session: ZkSession): Promise<void> {
    const path = this.#path;
    const stat = await session.exists(path, (type) => {
      if (this.#state === RegistrationState.ended || path !== this.#path) return;
      if (type === WatchEvent.deleted) void this.#checkDeletion(session);
      else void this.#rewatch(session);
    });
    if (stat === null && this.#state !== RegistrationState.ended) {
      this.#end(RegistrationEnd.deleted, 'somebody deleted the node');
    }
  }

  /**
   * A server that ends a session deletes its nodes first and tells their watchers, the session's own client among
   * them, before it closes the connection. So it was somebody else's deletion only if the session can be used after it.
   */
  async #checkDeletion(session: ZkSession): Promise<void> {
    const { client, logger } = this.#options;
    const path = this.#path;
    const look = (): Promise<unknown> => {
      session.sync(path);
      return session.exists(path);
    };
    while (this.#state !== RegistrationState.ended && client.session === session && !client.closing.aborted) {
      try {
        const stat = await client.run(look, { session });
        if (stat === null && path === this.#path) {
          this.#end(RegistrationEnd.deleted, 'somebody deleted the node');
        }
        return;
      } catch (error) {
        if (isZkCode(error, ZkCode.sessionExpired)) return;
        logger.debug(`Cannot tell yet why ${path} is gone: ${messageOf(error)}`);
      }
    }
  }

  /** Its data was changed: that means nothing to anybody, but used the watch up. A new session watches anew by itself. */
  async #rewatch(session: ZkSession): Promise<void> {
    const { client, logger } = this.#options;
    while (this.#state !== RegistrationState.ended && client.session === session && !client.closing.aborted) {
      try {
        await client.run(() => this.#watch(session), { session });
        return;
      } catch (error) {
        if (isZkCode(error, ZkCode.sessionExpired)) return;
        logger.debug(`Not watching ${this.#path} again yet: ${messageOf(error)}`);
        // `run` has waited for a connection; a refusal comes at once.
        await pause(RETRY_BASE_MS, this.#stop.signal);
      }
    }
  }

  #setPath(path: string): void {
    const { ownPaths } = this.#options;
    ownPaths.delete(this.#path);
    if (this.#state !== RegistrationState.ended) ownPaths.add(path);
    this.#path = path;
  }

  #end(end: RegistrationEnd, why: string): void {
    if (this.#state === RegistrationState.ended) return;
    this.#move(RegistrationState.ended, why);
    this.#stop.abort();
    this.#offSession();
    this.#options.ownPaths.delete(this.#path);
    this.#resolveEnded(end);
    this.#options.onEnd(this);
  }

  #move(to: RegistrationState, why: string): void {
    const from = this.#state;
    if (!moves[from].includes(to)) throw new Error(`illegal move of a registration: ${from} -> ${to}`);
    this.#state = to;
    const name = this.#path === '' ? this.#options.space : nameOf(this.#path);
    this.#options.logger.info(`Registration ${name} ${from} -> ${to}: ${why}`);
  }
}
