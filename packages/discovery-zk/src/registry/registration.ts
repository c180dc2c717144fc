import { type Logger, type NodeSpec, type Registration, RegistrationEnd, messageOf } from '@senbon/core';
import {
  encodeNodeData,
  encodeNodeName,
  pause,
  RegistrationLife,
  RegistrationState,
} from '@senbon/core/discovery';
import { CreateFlag, type NodeAcl, WatchEvent } from '../client/handle.ts';
import type { RunOptions, ZkClient } from '../client/zk-client.ts';
import { childOf, createWithParents, deleteNode } from '../client/zk-ops.ts';
import { ZkCode, isZkCode } from '../client/zk-error.ts';
import type { ZkSession } from '../client/zk-session.ts';
import { translated } from '../errors.ts';

/** Between two attempts to watch a node again. */
const REWATCH_PAUSE_MS = 200;
/** For one wait for a connection; there is another after it. */
const LATE_DELETION_MS = 60_000;

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
  readonly #options: RegistrationOptions;
  readonly #life: RegistrationLife;
  /** The path but for the sequence. */
  readonly #prefix: string;
  readonly #offSession: () => void;
  /** Making the node anew in a new session. */
  #work: Promise<void> = Promise.resolve();
  /** The newest attempt to make the node; it goes on when nobody waits for it any more. */
  #attempt: Promise<void> | null = null;

  private constructor(options: RegistrationOptions) {
    const { client, space, spec, logger, ownPaths, onEnd } = options;
    this.#options = options;
    this.#prefix = childOf(space, encodeNodeName(spec));
    this.#offSession = client.onSession(() => this.#onNewSession());
    this.#life = new RegistrationLife({
      space,
      spec,
      bond: 'session',
      logger,
      ownPaths,
      closing: client.closing,
      onEnd: () => {
        this.#offSession();
        onEnd(this);
      },
    });
  }

  static async open(options: RegistrationOptions, call: RunOptions): Promise<ZkRegistration> {
    const registration = new ZkRegistration(options);
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

  /** Rejects when the node cannot be deleted now. It is deleted as soon as it can be then, or with its session. */
  async close(timeoutMs?: number): Promise<void> {
    const { client } = this.#options;
    const isBeingMade = this.#life.state === RegistrationState.lost;
    if (!this.#life.leave()) return;
    // A node that is just being made in a new session would stay otherwise.
    await this.#work;
    if (isBeingMade) return this.#sweep();
    const { session } = client;
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    try {
      await translated(this.path, () => deleteNode(client, this.path, options));
      this.#life.forget();
    } catch (error) {
      void this.#deleteLate(session);
      throw error;
    }
  }

  /** Forgets the node without deleting it: the session's end will, or it is persistent. */
  abandon(): void {
    this.#life.end(RegistrationEnd.closed, 'the client was closed');
  }

  /** It waits for a connection, with the node's own session if it goes with that. */
  #deleteLate(session: ZkSession): Promise<void> {
    const { client } = this.#options;
    const options = { ...(this.isPersistent ? {} : { session }), timeoutMs: LATE_DELETION_MS };
    return this.#life.deleteLate(
      () => deleteNode(client, this.path, options),
      (error) => isZkCode(error, ZkCode.sessionExpired),
    );
  }

  #onNewSession(): void {
    const { client } = this.#options;
    if (this.#life.state !== RegistrationState.registered) return;
    if (!this.isPersistent) this.#life.lost('the session expired');
    const again = this.isPersistent
      ? () => client.run((session) => this.#watch(session))
      : () => this.#place({ signal: this.#life.signal });
    this.#work = this.#work.then(() => this.#life.replace(again));
  }

  async #place(call: RunOptions): Promise<void> {
    const { client, spec, acl } = this.#options;
    const flags = CreateFlag.sequence | (this.isPersistent ? CreateFlag.persistent : CreateFlag.ephemeral);
    const attempt = async (session: ZkSession, isFirst: boolean): Promise<void> => {
      const existing = isFirst ? null : await this.#findOwn(session);
      const node = { path: this.#prefix, data: encodeNodeData(spec), flags };
      this.#life.path = existing ?? (await createWithParents(session, node, acl));
      if (acl !== null) await session.setAcl(this.path, acl);
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
    if (!this.isEnded) this.#life.registered();
  }

  /** The node of an attempt whose answer was lost, told by its owner. */
  async #findOwn(session: ZkSession): Promise<string | null> {
    const { space, ownPaths } = this.#options;
    const names = await session.children(space).catch(() => []);
    for (const name of names) {
      const path = childOf(space, name);
      if (!path.startsWith(this.#prefix) || (ownPaths.has(path) && path !== this.path)) continue;
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
    const path = this.path;
    const stat = await session.exists(path, (type) => {
      if (this.isEnded || path !== this.path) return;
      if (type === WatchEvent.deleted) void this.#checkDeletion(session);
      else void this.#rewatch(session);
    });
    if (stat === null && !this.isEnded) {
      this.#life.end(RegistrationEnd.deleted, 'somebody deleted the node');
    }
  }

  /**
   * A server that ends a session deletes its nodes first and tells their watchers, the session's own client among
   * them, before it closes the connection. So it was somebody else's deletion only if the session can be used after it.
   */
  async #checkDeletion(session: ZkSession): Promise<void> {
    const { client, logger } = this.#options;
    const path = this.path;
    const look = (): Promise<unknown> => {
      session.sync(path);
      return session.exists(path);
    };
    while (!this.isEnded && client.session === session && !client.closing.aborted) {
      try {
        const stat = await client.run(look, { session });
        if (stat === null && path === this.path) {
          this.#life.end(RegistrationEnd.deleted, 'somebody deleted the node');
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
    while (!this.isEnded && client.session === session && !client.closing.aborted) {
      try {
        await client.run(() => this.#watch(session), { session });
        return;
      } catch (error) {
        if (isZkCode(error, ZkCode.sessionExpired)) return;
        logger.debug(`Not watching ${this.path} again yet: ${messageOf(error)}`);
        // `run` has waited for a connection; a refusal comes at once.
        await pause(REWATCH_PAUSE_MS, this.#life.signal);
      }
    }
  }
}
