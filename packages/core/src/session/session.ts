import type { TProtocolVersion } from '@senbon/hive-thrift';
import type { EngineSession } from '../engine/engine-session.ts';
import type { EngineSpace } from '../engine/engine-space.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { NamedHandle } from './handle.ts';
import { LaunchOperation } from './launch-operation.ts';
import type { Operation } from './operation.ts';

export const SessionState = {
  /** Known to the client, its engine is being found or launched. */
  opening: 'opening',
  open: 'open',
  /** No engine could be had; every call answers with the reason. */
  failed: 'failed',
  closed: 'closed',
} as const;
export type SessionState = (typeof SessionState)[keyof typeof SessionState];

const moves: Readonly<Record<SessionState, readonly SessionState[]>> = {
  opening: ['open', 'failed', 'closed'],
  open: ['closed'],
  failed: ['closed'],
  closed: [],
};

const SESSION_CLOSED = new SenbonError('OPERATION_CANCELED');

export interface SessionSpec {
  readonly handle: NamedHandle;
  /** Who the client proved to be; every call is checked against it. `null` under NOSASL, where nobody proves anything. */
  readonly authenticatedUser: string | null;
  readonly user: string;
  readonly ip: string;
  readonly protocol: TProtocolVersion;
  readonly conf: ReadonlyMap<string, string>;
  readonly space: EngineSpace;
  readonly closeOnDisconnect: boolean;
}

/** One client session: who it is, which engine space serves it, and its operations. */
export class Session {
  readonly spec: SessionSpec;
  readonly launch: LaunchOperation;
  readonly operations = new Map<string, Operation>();
  readonly createdAtMs: number;
  readonly #abort = new AbortController();
  readonly #logger: Logger;
  readonly #clock: Clock;
  #state: SessionState = SessionState.opening;
  #engine: EngineSession | null = null;
  #error: SenbonError | null = null;
  #lastAccessMs: number;
  #callsInFlight = 0;

  constructor(spec: SessionSpec, clock: Clock, logger: Logger) {
    this.spec = spec;
    this.launch = new LaunchOperation(clock, logger);
    this.#clock = clock;
    this.#logger = logger;
    this.createdAtMs = clock.now();
    this.#lastAccessMs = this.createdAtMs;
  }

  get id(): string {
    return this.spec.handle.id;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Aborts when the session is closed: whoever still works for it may stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get engine(): EngineSession | null {
    return this.#engine;
  }

  /** `host:port` of its engine, for errors. */
  get engineName(): string {
    return this.#engine?.engine.name ?? 'none';
  }

  /** Since when no call has touched it; `null` while one is being served. */
  get idleSinceMs(): number | null {
    return this.#callsInFlight > 0 ? null : this.#lastAccessMs;
  }

  /** Counts a call as use of the session until the returned function is called. */
  touch(): () => void {
    this.#callsInFlight++;
    return () => {
      this.#callsInFlight--;
      this.#lastAccessMs = this.#clock.now();
    };
  }

  attach(engine: EngineSession): boolean {
    if (this.#state !== 'opening') return false;
    this.#engine = engine;
    this.#move('open', `on engine ${engine.engine.name}`);
    return true;
  }

  fail(error: SenbonError): void {
    if (this.#state !== 'opening') return;
    this.#error = error;
    this.#move('failed', error.message);
    this.launch.fail(error);
  }

  /** True for the one caller that closed it. */
  close(why: string): boolean {
    if (this.#state === 'closed') return false;
    this.#move('closed', why);
    this.launch.cancel();
    // With a reason of its own: without one every session would make a DOMException with a stack trace.
    this.#abort.abort(SESSION_CLOSED);
    return true;
  }

  /**
   * Its engine session, once the launch is over. Throws the launch's error,
   * ENGINE_LAUNCH_TIMEOUT, or SESSION_NOT_FOUND when closed meanwhile.
   */
  async ready(timeoutMs: number): Promise<EngineSession> {
    if (this.#engine !== null && this.#state === 'open') return this.#engine;
    await this.launch.waitForEnd(timeoutMs);
    if (this.#error !== null) throw this.#error;
    if (this.#state === 'opening') {
      const key = 'kyuubi.session.engine.initialize.timeout';
      throw new SenbonError('ENGINE_LAUNCH_TIMEOUT', {
        ms: timeoutMs,
        key,
        type: this.spec.space.engineType,
        log: '',
      });
    }
    if (this.#engine === null || this.#state !== 'open') {
      throw new SenbonError('SESSION_NOT_FOUND', { id: this.id });
    }
    return this.#engine;
  }

  #move(to: SessionState, why: string): void {
    if (!moves[this.#state].includes(to)) {
      throw new SenbonError('INTERNAL', {
        problem: `session ${this.id} cannot go from ${this.#state} to ${to}`,
      });
    }
    this.#logger.debug(`session ${this.id}: ${this.#state} -> ${to} (${why})`);
    this.#state = to;
  }
}
