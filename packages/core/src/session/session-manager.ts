import { encodeCall, TProtocolVersion, TStatusCode, type TOpenSessionReq } from '@senbon/hive-thrift';
import type { AreaConfig } from '../config/area.ts';
import type { EngineBroker, OpenedEngineSession } from '../engine/engine-broker.ts';
import type { EngineDirectory } from '../engine/engine-directory.ts';
import type { EngineSession } from '../engine/engine-session.ts';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { atMost } from '../observe/at-most.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { readReply } from '../relay/read-reply.ts';
import { CollectingSink } from '../relay/reply-sink.ts';
import type { ClientContext } from './client-context.ts';
import type { sessionArea } from './config.ts';
import { createHandle } from './handle.ts';
import { SessionLimits } from './limits.ts';
import type { Operation } from './operation.ts';
import { Session } from './session.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { SessionPlan, SessionPlanner } from './session-planner.ts';
import { checkUserName } from './user-name.ts';

export interface SessionManagerOptions {
  readonly config: AreaConfig<typeof sessionArea>;
  readonly directory: SessionDirectory;
  readonly planner: SessionPlanner;
  readonly broker: EngineBroker;
  readonly engines: EngineDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAX_STATUS_REPLY_BYTES = 1_048_576;

/** Opens, finds and ends sessions: on the client's word, when it disconnects, and when they have been idle too long. */
export class SessionManager {
  readonly directory: SessionDirectory;
  readonly #options: SessionManagerOptions;
  readonly #limits: SessionLimits;
  readonly #reaper: Timer;
  readonly #leave = new Map<string, () => void>();
  /** Sessions being opened on their engines, and those whose engine is being told that they are over. */
  readonly #pending = new Set<Promise<void>>();
  /** Who waits until there is none; a drain that was undone may be one more. */
  readonly #onEmpty = new Set<() => void>();
  /** Opens under way whose sessions are not in the directory yet. */
  #planning = 0;
  #isDestroyed = false;

  constructor(options: SessionManagerOptions) {
    this.#options = options;
    this.directory = options.directory;
    this.#limits = new SessionLimits(options.config);
    this.#reaper = options.clock.every(options.config.checkIntervalMs, () => this.#reap());
  }

  /**
   * A session that is known to the client at once; its engine is found in the background (unless
   * `kyuubi.session.engine.launch.async` is false). Throws AUTHENTICATION_FAILED for a user name that cannot be, else
   * SESSION_OPEN_FAILED around what was wrong.
   */
  async open(request: TOpenSessionReq, client: ClientContext): Promise<Session> {
    const { logger, clock, config } = this.#options;
    const handle = createHandle();
    const name = client.user ?? checkUserName(request.username ?? 'anonymous');
    logger.info(`Opening session for ${name}@${client.ip}`);
    let plan: SessionPlan;
    let leave: () => void;
    try {
      // From here to `addSession` in one turn: the plan goes by the sessions that are in the directory.
      plan = (await this.#prepare(request, client, handle.id))();
      leave = this.#limits.enter(plan.user, client.ip);
    } catch (error) {
      throw openFailure(error, name, client.ip);
    }
    const { user, space, sessionConf } = plan;
    const closeOnDisconnect =
      sessionConf.get('kyuubi.session.close.on.disconnect') ?? String(config.closeOnDisconnect);
    const session = new Session(
      {
        handle,
        authenticatedUser: client.user,
        user,
        ip: client.ip,
        protocol: Math.min(request.clientProtocol, TProtocolVersion.V11) as TProtocolVersion,
        conf: sessionConf,
        space,
        closeOnDisconnect: closeOnDisconnect !== 'false',
      },
      clock,
      logger,
    );
    this.directory.addSession(session);
    this.#leave.set(session.id, leave);
    client.onSessionOpened(session.id);
    logger.info(
      `${user}'s session with SessionHandle [${session.id}] is opened, current opening sessions ${this.directory.size}`,
    );
    const attached = this.#follow(this.#attach(session, plan));
    if (!config.launchAsync) await this.#awaitAttached(session, attached);
    return session;
  }

  /** Idempotent. The client need not wait for the engine, which is told in the background. */
  close(session: Session, why: string): void {
    if (!session.close(why)) return;
    const { logger } = this.#options;
    this.directory.removeSession(session);
    this.#leave.get(session.id)?.();
    this.#leave.delete(session.id);
    logger.info(
      `${session.spec.user}'s session with SessionHandle [${session.id}] is closed (${why}), current opening sessions ${this.directory.size}`,
    );
    this.#checkEmpty();
    if (session.engine === null) return;
    void this.#follow(this.#closeOnEngine(session.engine));
  }

  /** The client's connection dropped: closes those of its sessions that are bound to it. */
  disconnected(ids: Iterable<string>): void {
    for (const id of ids) {
      const session = this.directory.find(id);
      if (session === undefined || !session.spec.closeOnDisconnect) continue;
      this.#options.logger.warn(`Session [${id}] disconnected without closing properly, close it now`);
      this.close(session, 'its client disconnected');
    }
  }

  /** Their clients never got to know of them, so that nobody can use or close them. */
  unclaimed(ids: Iterable<string>): void {
    for (const id of ids) {
      const session = this.directory.find(id);
      if (session !== undefined) this.close(session, 'its handle did not reach its client');
    }
  }

  /** No session is open or about to be. */
  get isEmpty(): boolean {
    return this.directory.size + this.#planning === 0;
  }

  /** Resolves when that is so, at once if it is, or when `signal` aborts. */
  async empty(signal: AbortSignal): Promise<void> {
    if (this.isEmpty || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#onEmpty.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#onEmpty.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Closes every session and waits at most `deadlineMs` for the engines to hear of it. */
  async destroy(why: string, deadlineMs: number): Promise<void> {
    this.#reaper.cancel();
    this.#isDestroyed = true;
    for (const session of this.directory.sessions()) this.close(session, why);
    await atMost(this.#options.clock, deadlineMs, Promise.allSettled(this.#pending));
  }

  /**
   * Ends an operation here at once, and on its engine in the background: no client need wait for that, and an engine that
   * cannot be asked is only logged.
   */
  closeOperation(operation: Operation): void {
    if (!operation.session.operations.has(operation.handle.id)) return;
    this.directory.removeOperation(operation);
    const { engine } = operation.session;
    if (engine === null) return;
    const request = encodeCall('CloseOperation', 0, {
      operationHandle: { operationId: operation.engineHandle, operationType: 0, hasResultSet: false },
    });
    void this.#follow(this.#tell(engine, 'CloseOperation', request));
  }

  async #prepare(request: TOpenSessionReq, client: ClientContext, id: string): Promise<() => SessionPlan> {
    this.#planning++;
    try {
      const plan = await this.#options.planner.prepare(request, client, id);
      if (this.#isDestroyed) throw new SenbonError('OPERATION_CANCELED');
      return plan;
    } finally {
      this.#planning--;
      // In a later turn than that in which the session appears, if one does.
      setImmediate(() => this.#checkEmpty());
    }
  }

  #checkEmpty(): void {
    if (!this.isEmpty) return;
    for (const done of this.#onEmpty) done();
  }

  #follow(work: Promise<void>): Promise<void> {
    const followed = work.finally(() => this.#pending.delete(followed));
    this.#pending.add(followed);
    return followed;
  }

  async #attach(session: Session, plan: SessionPlan): Promise<void> {
    const { broker } = this.#options;
    session.launch.start();
    let opened: OpenedEngineSession;
    try {
      opened = await broker.openSession({
        space: plan.space,
        sessionId: session.id,
        user: plan.user,
        protocol: session.spec.protocol,
        sessionConf: plan.sessionConf,
        launchConf: plan.launchConf,
        config: plan.config,
        log: (line) => session.launch.log.append(line),
        signal: session.signal,
      });
    } catch (error) {
      if (session.signal.aborted) return;
      const failure = openFailure(error, plan.user, session.spec.ip);
      this.#options.logger.warn(`Session [${session.id}] has no engine: ${failure.message}`);
      session.fail(failure);
      return;
    }
    if (!session.attach(opened.session)) return this.#closeOnEngine(opened.session);
    const { configuration, session: engineSession } = opened;
    session.launch.finish({
      id: configuration.get('kyuubi.engine.id') ?? '',
      name: configuration.get('kyuubi.engine.name') ?? engineSession.engine.name,
      url: configuration.get('kyuubi.engine.url') ?? '',
      refId: engineSession.engine.node.attributes['refId'] ?? '',
    });
  }

  async #awaitAttached(session: Session, attached: Promise<void>): Promise<void> {
    await attached;
    const { error } = session.launch;
    if (error === null) return;
    this.close(session, 'no engine');
    throw error;
  }

  async #closeOnEngine(engineSession: EngineSession): Promise<void> {
    const { handle, engine } = engineSession;
    const request = encodeCall('CloseSession', 0, { sessionHandle: { sessionId: handle } });
    await this.#tell(engineSession, 'CloseSession', request);
    this.#options.engines.release(engine);
  }

  async #tell(engineSession: EngineSession, call: string, request: Uint8Array): Promise<void> {
    const { engine, user } = engineSession;
    try {
      const sink = new CollectingSink(MAX_STATUS_REPLY_BYTES);
      await engine.pool.use(user, false, (connection) => connection.exchange(call, request, sink));
    } catch (error) {
      this.#options.logger.debug(`${call} on engine ${engine.name} failed: ${messageOf(error)}`);
    }
  }

  #reap(): void {
    const now = this.#options.clock.now();
    for (const session of this.directory.sessions()) {
      this.#reapOperations(session, now);
      if (this.#isIdle(session, now)) void this.#follow(this.#closeIdle(session));
    }
  }

  #isIdle(session: Session, now: number): boolean {
    const { idleTimeoutMs } = this.#options.config;
    const since = session.idleSinceMs;
    return idleTimeoutMs > 0 && since !== null && now - since >= idleTimeoutMs;
  }

  /**
   * A session whose statement still runs is not idle. A client that left without a word never asks how its statements
   * ended: then the gateway does.
   */
  async #closeIdle(session: Session): Promise<void> {
    for (const operation of session.operations.values()) {
      if (operation.finalStatus === null && !(await this.#isOver(operation))) return;
    }
    if (session.state === 'closed' || !this.#isIdle(session, this.#options.clock.now())) return;
    this.close(session, 'idle for longer than kyuubi.session.idle.timeout');
  }

  #reapOperations(session: Session, now: number): void {
    const { operationIdleTimeoutMs } = this.#options.config;
    if (operationIdleTimeoutMs === 0) return;
    for (const operation of session.operations.values()) {
      if (now - operation.lastAccessMs < operationIdleTimeoutMs) continue;
      if (operation.finalStatus !== null) this.closeOperation(operation);
      else void this.#follow(this.#isOver(operation).then(() => {}));
    }
  }

  /** Asks the engine once; one that is gone, or does not know the operation any more, runs nothing. */
  async #isOver(operation: Operation): Promise<boolean> {
    const { engine } = operation.session;
    if (engine === null) return true;
    const request = encodeCall('GetOperationStatus', 0, {
      operationHandle: { operationId: operation.engineHandle, operationType: 0, hasResultSet: false },
    });
    try {
      const sink = new CollectingSink(MAX_STATUS_REPLY_BYTES);
      await engine.engine.pool.use(engine.user, false, (connection) =>
        connection.exchange('GetOperationStatus', request, sink),
      );
      const reply = readReply(engine.engine.name, 'GetOperationStatus', sink.bytes);
      operation.remember(reply);
      return operation.finalStatus !== null || reply.status.statusCode === TStatusCode.ERROR;
    } catch (error) {
      return error instanceof SenbonError && error.code !== 'ENGINE_BUSY';
    }
  }
}

function openFailure(error: unknown, user: string, ip: string): SenbonError {
  const cause = SenbonError.from(error);
  const details = { user, ip, problem: cause.message };
  return new SenbonError('SESSION_OPEN_FAILED', details, {
    cause,
    sqlState: cause.sqlState,
    vendorCode: cause.vendorCode,
  });
}
