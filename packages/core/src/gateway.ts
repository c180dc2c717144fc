import { formatDuration } from './config/duration.ts';
import { SenbonError } from './errors/senbon-error.ts';
import type { Frontend } from './frontend/frontend.ts';
import type { DrainStatus } from './frontend/rest/gateway-admin.ts';
import type { GatewayOptions } from './gateway-options.ts';
import {
  checkConfiguration,
  createDoor,
  createServerLife,
  createSessions,
  openDiscovery,
  type Own,
  type ServerLife,
} from './gateway-parts.ts';
import type { Doors, Handover } from './handover/handover.ts';
import type { Inheritance } from './handover/inheritance.ts';
import type { DrainRequest } from './lifecycle/drain-record.ts';
import { NOBODY } from './lifecycle/left-sessions.ts';
import { atMost } from './observe/at-most.ts';
import type { Logger } from './ports/logger.ts';
import type { SessionManager } from './session/session-manager.ts';

export const GatewayState = {
  created: 'created',
  starting: 'starting',
  running: 'running',
  /** Deregistered: no new session, the present ones are served. */
  draining: 'draining',
  stopping: 'stopping',
  stopped: 'stopped',
} as const;
export type GatewayState = (typeof GatewayState)[keyof typeof GatewayState];

const moves: Readonly<Record<GatewayState, readonly GatewayState[]>> = {
  created: ['starting', 'stopping'],
  starting: ['running', 'stopping'],
  running: ['draining', 'stopping'],
  draining: ['running', 'stopping'],
  stopping: ['stopped'],
  stopped: [],
};

/** After a drain: how long clients are given to take the answers that are on their way. */
const LAST_ANSWERS_MS = 3_000;
/** Nothing that closes, discovery that is down least of all, holds up the stop for longer. */
const CLOSE_PATIENCE_MS = 20_000;

export interface DrainTerms {
  /** Whether `undrain` may be called then. */
  readonly canUndo?: boolean;
  /** From now; `kyuubi.server.drain.deadline` when it is `null`. */
  readonly deadlineMs?: number | null;
}

/** A gateway: frontends for clients, a session router, and the way to engines. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #logger: Logger;
  readonly #hardStop = new AbortController();
  readonly #stopped: Promise<void>;
  #settleStopped: () => void = () => {};
  /** Over when it runs, or is about to stop. */
  readonly #started: Promise<void>;
  #settleStarted: () => void = () => {};
  #state: GatewayState = GatewayState.created;
  #opening: Promise<void> = Promise.resolve();
  /** What is open, in the order it was opened; closed in reverse. */
  readonly #closers: ((graceMs: number) => Promise<void>)[] = [];
  #frontends: readonly Frontend[] = [];
  #handover: Handover | null = null;
  #sessions: SessionManager | null = null;
  #life: ServerLife | null = null;
  #why = '';
  #canUndo = false;
  #undo = new AbortController();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#logger = options.logger.named('server.KyuubiServer');
    this.#stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
    this.#started = new Promise((resolve) => {
      this.#settleStarted = resolve;
    });
  }

  get state(): GatewayState {
    return this.#state;
  }

  get frontends(): readonly Frontend[] {
    return this.#frontends;
  }

  get openSessions(): number {
    return this.#sessions?.directory.size ?? 0;
  }

  /** `host:port`, for messages. */
  get instance(): string {
    return this.#life?.instance ?? 'unknown';
  }

  get drainStatus(): DrainStatus {
    const { state, instance, openSessions: sessions } = this;
    const facts = state === 'draining' ? this.#life?.drain.facts : undefined;
    if (facts === undefined) return { state, instance, sessions, drain: null };
    const { since, deadline, users } = facts;
    const drain = { why: this.#why, since, deadline, canUndo: this.#canUndo, users };
    return { state, instance, sessions, drain };
  }

  /** Resolves when the gateway has stopped, for whatever reason. */
  get stopped(): Promise<void> {
    return this.#stopped;
  }

  /** Throws CONFIG_*, DISCOVERY_UNREACHABLE, BIND_FAILED; nothing is left open then. */
  async start(): Promise<void> {
    this.#move('starting', 'start');
    const opening = this.#open();
    this.#opening = opening.catch(() => {});
    try {
      await opening;
    } catch (error) {
      await this.#stop('it could not start');
      throw error;
    }
    this.#move('running', 'registered');
    this.#settleStarted();
  }

  /**
   * Graceful end: deregisters, takes no new sessions, and stops when the last one has gone or after
   * `kyuubi.server.drain.deadline`. Idempotent; resolves when stopped. A drain with `canUndo` may be undone, until it is
   * asked for once more without.
   */
  async drain(why: string, { canUndo = false, deadlineMs = null }: DrainTerms = {}): Promise<void> {
    let over: Promise<void> | null = null;
    if (this.#state === 'running') over = this.#runDrain(why, canUndo);
    else if (this.#state === 'draining') this.#canUndo &&= canUndo;
    else if (this.#state === 'created' || this.#state === 'starting') over = this.#stop(why);
    if (deadlineMs !== null) this.#endWithin(deadlineMs);
    await over;
    await this.#stopped;
  }

  /**
   * Takes sessions again and registers anew. Throws DRAIN_REFUSED; when it cannot register, what kept it from it, and the
   * drain goes on with a new deadline.
   */
  async undrain(why: string): Promise<void> {
    const problem = this.#whyFinal();
    const { instance } = this;
    if (problem !== null)
      throw new SenbonError('DRAIN_REFUSED', { instance, action: 'take sessions again', problem });
    this.#undo.abort();
    // Before it is registered: a client that has just found the node must not be refused.
    this.#move('running', why);
    try {
      await this.#life?.registrations.open();
    } catch (error) {
      if (this.state === 'running') void this.#runDrain('it could not register again', true);
      throw error;
    }
    if (this.state === 'running') await this.#life?.notice.hide();
  }

  /**
   * Its sockets, for a child process to inherit, and a way to its sessions for that process from now on. Throws
   * UPGRADE_REFUSED, FOLDER_UNUSABLE.
   */
  async offer(doors: Doors): Promise<Inheritance> {
    const handover = this.#handover;
    if (this.#state !== 'running' || handover === null) {
      throw new SenbonError('UPGRADE_REFUSED', { problem: `it is ${this.#state}` });
    }
    if (handover.sockets.length < this.#frontends.length) {
      throw new SenbonError('UPGRADE_REFUSED', { problem: 'this platform has no sockets to inherit' });
    }
    return handover.offer(doors);
  }

  /** The process it was offered to did not come. */
  async withdraw(): Promise<void> {
    await this.#handover?.withdraw();
  }

  /** The process it was offered to serves: a drain, but who is connected here may open sessions. Resolves when stopped. */
  async giveWay(why: string): Promise<void> {
    this.#handover?.giveWay();
    await this.drain(why);
  }

  /** Stops now; open sessions are closed. Idempotent. */
  async destroy(why: string): Promise<void> {
    this.#hardStop.abort(new SenbonError('OPERATION_CANCELED'));
    if (this.#state !== 'draining') await this.#stop(why);
    await this.#stopped;
  }

  async #open(): Promise<void> {
    const own: Own = (close) => this.#closers.push(close);
    checkConfiguration(this.#options);
    const client = await openDiscovery(this.#options, this.#hardStop.signal);
    own(() => client.close());
    // The report of the drain goes last: whoever waits for the end has waited for all of it.
    own(async () => this.#life?.notice.hide());
    this.#checkStarting();
    const sessions = await createSessions(this.#options, client, own);
    this.#sessions = sessions;
    const door = await createDoor(this.#options, {
      client,
      sessions,
      gateway: this,
      admit: () => this.#admit(),
      left: async (deadlineMs) => (await this.#life?.drain.left(deadlineMs)) ?? NOBODY,
    });
    this.#frontends = door.frontends;
    this.#handover = door.handover;
    own(() => door.handover.close());
    // A socket that was handed over has clients already: they are left to the process before until nothing can fail any more.
    const { inheritance } = this.#options;
    if (inheritance === undefined) await this.#listen(own);
    else await door.handover.accept(inheritance);
    const life = createServerLife(this.#options, {
      ...door,
      client,
      sessions,
      onDeleted: () => void this.drain('its node was deleted', { canUndo: true }),
      onLost: () => void this.drain('service discovery is lost', { canUndo: true }),
      onRequest: (request) => this.#onRequest(request),
    });
    this.#life = life;
    await life.notice.clear();
    // Opened last, so closed first: nobody is sent to a gateway that does not serve any more.
    own(() => life.registrations.close());
    await life.registrations.open();
    if (inheritance !== undefined) await this.#listen(own);
    this.#checkStarting();
    life.loss.watch();
    own(async () => life.loss.close());
  }

  async #listen(own: Own): Promise<void> {
    for (const frontend of this.#frontends) {
      own((graceMs) => frontend.close(graceMs));
      this.#checkStarting();
      await frontend.listen();
    }
    this.#checkStarting();
  }

  /** Throws OPERATION_CANCELED when somebody stops the gateway while it starts; what it opened is closed then. */
  #checkStarting(): void {
    if (this.#state !== 'starting') throw new SenbonError('OPERATION_CANCELED');
  }

  #onRequest({ action, deadlineMs }: DrainRequest): void {
    if (action === 'undo') {
      this.undrain('asked to take sessions again').catch((error: unknown) =>
        this.#logger.warn('The drain goes on', error),
      );
    } else if (deadlineMs !== null) {
      this.#endWithin(deadlineMs);
    }
  }

  #endWithin(ms: number): void {
    this.#logger.info(`The drain was asked to end within ${formatDuration(ms)}`);
    this.#life?.drain.endWithin(ms);
  }

  async #runDrain(why: string, canUndo: boolean): Promise<void> {
    const life = this.#life;
    if (life === null) return;
    const { drain, notice, registrations } = life;
    this.#move('draining', why);
    this.#why = why;
    this.#canUndo = canUndo;
    const undo = new AbortController();
    this.#undo = undo;
    const nodes = registrations.paths;
    // Not waited for: discovery may be what is down.
    registrations.close().catch((error: unknown) => this.#logger.warn('Could not deregister', error));
    const over = drain.run(AbortSignal.any([this.#hardStop.signal, undo.signal]));
    // Its address is the next process's now.
    if (!this.#isGivingWay) notice.show(() => ({ ...drain.facts, why, canUndo: this.#canUndo }), nodes);
    await over;
    if (undo.signal.aborted) return;
    drain.nameWhoIsLeft();
    await this.#stop(why, LAST_ANSWERS_MS);
  }

  get #isGivingWay(): boolean {
    return this.#state === 'draining' && this.#handover?.hasSuccessor === true;
  }

  #whyFinal(): string | null {
    if (this.#state !== 'draining') return `it is ${this.#state}`;
    if (this.#hardStop.signal.aborted) return 'it is being stopped';
    return this.#canUndo ? null : 'it was told to end for good, by a signal or for another process';
  }

  async #admit(): Promise<void> {
    if (this.#state === 'starting') await this.#started;
    if (this.#state === 'running' || this.#isGivingWay) return;
    if (this.#life !== null) throw await this.#life.drain.refusal();
    throw new SenbonError('SERVER_DRAINING', { instance: 'unknown', advice: '' });
  }

  async #stop(why: string, graceMs = 0): Promise<void> {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    this.#move('stopping', why);
    this.#settleStarted();
    this.#hardStop.abort(new SenbonError('OPERATION_CANCELED'));
    const { clock } = this.#options;
    await atMost(clock, CLOSE_PATIENCE_MS, this.#opening);
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        if (await atMost(clock, CLOSE_PATIENCE_MS, close(graceMs))) continue;
        this.#logger.warn(`Something did not close within ${CLOSE_PATIENCE_MS} ms`);
      } catch (error) {
        this.#logger.warn('Something did not close cleanly', error);
      }
    }
    this.#move('stopped', why);
    this.#settleStopped();
  }

  #move(to: GatewayState, why: string): void {
    if (!moves[this.#state].includes(to)) {
      throw new SenbonError('INTERNAL', { problem: `a gateway cannot go from ${this.#state} to ${to}` });
    }
    this.#logger.info(`${this.#state} -> ${to} (${why})`);
    this.#state = to;
  }
}
