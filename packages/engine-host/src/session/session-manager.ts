import { messageOf, SenbonError } from '@senbon/core';
import type { THandleIdentifier, TProtocolVersion } from '@senbon/hive-thrift';
import { engineHostArea } from '../config.ts';
import type { Executor, ExecutorSession, SessionSpec } from '../executor.ts';
import type { Operation } from '../operation/operation.ts';
import { within } from '../within.ts';
import { handleFor, HandleMap, nameOf } from './handle-map.ts';
import { type EngineResources, type Peer, Session } from './session.ts';
import { parseSessionConf, type SessionConf } from './session-conf.ts';
import { ofSession } from './session-keys.ts';

/** Sessions one engine holds; each is an executor session with its own memory. */
const MAX_SESSIONS = 10_000;
/** An executor that has not opened a session by then has failed to. */
const OPEN_TIMEOUT_MS = 60_000;

export interface OpenSessionOrder {
  readonly user: string;
  readonly protocol: TProtocolVersion;
  readonly configuration: ReadonlyMap<string, string> | undefined;
  readonly peer: Peer;
}

/** The engine's sessions, by handle, from whichever connection. */
export class SessionManager {
  readonly #executor: Executor;
  readonly #resources: EngineResources;
  readonly #sessions = new HandleMap<Session>();
  readonly #onChange: () => void;
  #opening = 0;
  #lastCount = 0;
  #endedCount = 0;
  #emptySinceMs: number;
  #refusal: string | null = null;

  constructor(executor: Executor, resources: EngineResources, onChange: () => void) {
    this.#executor = executor;
    this.#resources = resources;
    this.#onChange = onChange;
    this.#emptySinceMs = resources.clock.now();
  }

  /** Open ones and those that are being opened. */
  get count(): number {
    return this.#sessions.size + this.#opening;
  }

  /** Sessions that have ended so far, those too that failed to open. */
  get endedCount(): number {
    return this.#endedCount;
  }

  /** Since when there has been no session; `null` while there is one. */
  get emptySinceMs(): number | null {
    return this.count === 0 ? this.#emptySinceMs : null;
  }

  /** A statement runs, or rows wait to be read. */
  get isBusy(): boolean {
    return this.#resources.operations.values().some((operation) => operation.isBusy);
  }

  /** From now on OpenSession fails with ENGINE_REFUSED for this reason. */
  refuseNew(problem: string): void {
    this.#refusal ??= problem;
  }

  /** Throws ENGINE_REFUSED, REQUEST_INVALID for a handle that is taken, CONFIG_INVALID, what the executor throws. */
  async open(order: OpenSessionOrder): Promise<Session> {
    this.#assertWelcome();
    const wanted = parseSessionConf(order.configuration);
    this.#opening++;
    try {
      const session = await this.#create(order, wanted);
      if (session.options.boundTo?.isClosed === true || this.#refusal !== null) {
        await session.close('its connection is gone');
        this.#assertWelcome();
        throw new SenbonError('REQUEST_INVALID', {
          method: 'OpenSession',
          problem: 'the connection is closed',
        });
      }
      this.#sessions.add(session);
      const { logger } = this.#resources;
      logger.info(
        `Session ${session.handle.id} of ${order.user} is opened, open sessions: ${this.#sessions.size}`,
      );
      return session;
    } finally {
      this.#opening--;
      this.#changed();
    }
  }

  /** Throws SESSION_NOT_FOUND. */
  find(identifier: THandleIdentifier): Session {
    const session = this.#sessions.find(identifier);
    if (session === null) throw new SenbonError('SESSION_NOT_FOUND', { id: nameOf(identifier) });
    session.touch();
    return session;
  }

  /** Throws OPERATION_NOT_FOUND. */
  findOperation(identifier: THandleIdentifier): Operation {
    const operation = this.#resources.operations.find(identifier);
    if (operation === null) throw new SenbonError('OPERATION_NOT_FOUND', { id: nameOf(identifier) });
    operation.touch();
    operation.options.owner.touch();
    return operation;
  }

  async close(session: Session, why: string): Promise<void> {
    this.#sessions.delete(session);
    await session.close(why);
    this.#resources.logger.info(
      `Session ${session.handle.id} is closed (${why}), open sessions: ${this.#sessions.size}`,
    );
    this.#changed();
  }

  async closeAll(why: string): Promise<void> {
    await Promise.all(this.#sessions.values().map((session) => this.close(session, why)));
  }

  /** The connection is gone, and with it the sessions that live and die with it. */
  async closeBoundTo(peer: Peer): Promise<void> {
    const bound = this.#sessions.values().filter((session) => session.options.boundTo === peer);
    await Promise.all(bound.map((session) => this.close(session, 'disconnected without closing properly')));
  }

  /** That gateway has died, and nobody else knows its sessions. */
  async closeOf(gateway: string): Promise<void> {
    const orphans = this.#sessions.values().filter((session) => session.options.gateway === gateway);
    await Promise.all(orphans.map((session) => this.close(session, 'its gateway has gone')));
  }

  /** Closes sessions and operations that nobody has used for too long. */
  async reap(): Promise<void> {
    const { config, clock } = this.#resources;
    const nowMs = clock.now();
    for (const session of this.#sessions.values()) {
      const idleMs = nowMs - (session.idleSinceMs ?? nowMs);
      const limitMs = ofSession(
        engineHostArea.sessionIdleTimeoutMs,
        config.sessionIdleTimeoutMs,
        session.options.conf,
      );
      if (limitMs > 0 && idleMs >= limitMs) {
        await this.close(session, `idle for ${idleMs} ms`);
      } else if (config.operationIdleTimeoutMs > 0) {
        await session.closeIdleOperations(nowMs - config.operationIdleTimeoutMs);
      }
    }
  }

  async #create(order: OpenSessionOrder, wanted: SessionConf): Promise<Session> {
    const { user, protocol, peer } = order;
    const { config } = this.#resources;
    const { conf, database } = wanted;
    const handle = handleFor(wanted.handle);
    if (this.#sessions.has(handle)) {
      const problem = `kyuubi.session.handle ${handle.id} is in use already`;
      throw new SenbonError('REQUEST_INVALID', { method: 'OpenSession', problem });
    }
    const isBound = ofSession(engineHostArea.closeOnDisconnect, config.closeOnDisconnect, conf);
    const boundTo = isBound ? peer : null;
    const executor = await this.#openExecutor({ id: handle.id, user, conf, database });
    const isOwnHandle = wanted.handle === null;
    return new Session({
      handle,
      isOwnHandle,
      user,
      protocol,
      conf,
      executor,
      boundTo,
      gateway: peer.gateway,
      resources: this.#resources,
    });
  }

  async #openExecutor(spec: SessionSpec): Promise<ExecutorSession> {
    const opening = this.#executor.openSession(spec);
    try {
      const session = await within(opening, OPEN_TIMEOUT_MS, 'opening it', this.#resources.clock);
      await this.#initialize(session);
      return session;
    } catch (error) {
      // Whatever was opened, or opens too late, is nobody's.
      opening.then((orphan) => orphan.close()).catch(() => {});
      const ip = spec.conf.get('kyuubi.client.ipAddress') ?? 'unknown';
      const details = { user: spec.user, ip, problem: messageOf(error) };
      throw SenbonError.from(error, 'SESSION_OPEN_FAILED', details);
    }
  }

  async #initialize(session: ExecutorSession): Promise<void> {
    for (const statement of this.#resources.config.sessionInitializeSql) {
      const context = { signal: new AbortController().signal, confOverlay: {}, log: () => {} };
      const { rows } = await session.execute(statement, context);
      await rows?.cursor.close();
    }
  }

  #assertWelcome(): void {
    const engine = this.#resources.engineName;
    const isFull = this.count >= MAX_SESSIONS;
    const problem = this.#refusal ?? (isFull ? `it holds ${MAX_SESSIONS} sessions already` : null);
    if (problem !== null) throw new SenbonError('ENGINE_REFUSED', { engine, problem });
  }

  #changed(): void {
    this.#endedCount += Math.max(0, this.#lastCount - this.count);
    this.#lastCount = this.count;
    if (this.count === 0) this.#emptySinceMs = this.#resources.clock.now();
    this.#onChange();
  }
}
