import { TOperationState } from '@senbon/hive-thrift';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { createHandle, type NamedHandle } from './handle.ts';
import { OperationLog } from './operation-log.ts';

export const LaunchState = {
  pending: 'pending',
  running: 'running',
  finished: 'finished',
  failed: 'failed',
  canceled: 'canceled',
} as const;
export type LaunchState = (typeof LaunchState)[keyof typeof LaunchState];

const moves: Readonly<Record<LaunchState, readonly LaunchState[]>> = {
  pending: ['running', 'canceled'],
  running: ['finished', 'failed', 'canceled'],
  finished: [],
  failed: [],
  canceled: [],
};

const wireStates: Readonly<Record<LaunchState, TOperationState>> = {
  pending: TOperationState.PENDING,
  running: TOperationState.RUNNING,
  finished: TOperationState.FINISHED,
  failed: TOperationState.ERROR,
  canceled: TOperationState.CANCELED,
};

/** What the engine said of itself when the session was opened on it. */
export interface EngineDescription {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly refId: string;
}

/**
 * The operation behind OpenSession's launch handle: drivers show its log and wait for its end before the
 * first statement. It has a result although its handle says otherwise: key-value rows that describe the engine.
 */
export class LaunchOperation {
  readonly handle: NamedHandle = createHandle();
  readonly log = new OperationLog();
  readonly startedAtMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #settled: Promise<void>;
  #settle: () => void = () => {};
  #state: LaunchState = LaunchState.pending;
  #completedAtMs = 0;
  #error: SenbonError | null = null;
  #engine: EngineDescription | null = null;
  #rowCursor = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
    this.startedAtMs = clock.now();
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get state(): LaunchState {
    return this.#state;
  }

  get wireState(): TOperationState {
    return wireStates[this.#state];
  }

  /** Milliseconds since the epoch; 0 while it runs. */
  get completedAtMs(): number {
    return this.#completedAtMs;
  }

  get error(): SenbonError | null {
    return this.#error;
  }

  start(): void {
    this.#move('running', 'looking for an engine');
  }

  finish(engine: EngineDescription): void {
    this.#engine = engine;
    this.#move('finished', `engine ${engine.name}`);
  }

  fail(error: SenbonError): void {
    this.#error = error;
    this.log.append(error.message);
    this.#move('failed', error.code);
  }

  cancel(): void {
    if (this.#completedAtMs > 0) return;
    this.#error = new SenbonError('OPERATION_CANCELED');
    this.#move('canceled', 'the session was closed');
  }

  /** Resolves at the end of the launch or after `timeoutMs`, whichever is first. */
  async waitForEnd(timeoutMs: number): Promise<void> {
    if (this.#completedAtMs > 0) return;
    let wake = () => {};
    const timeout = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = this.#clock.after(timeoutMs, wake);
    await Promise.race([this.#settled, timeout]);
    timer.cancel();
  }

  /** The rows of its result, and the number of the first of them: drivers read until there are none. */
  readRows(
    maxRows: number,
    isFromStart: boolean,
  ): { readonly startRow: number; readonly rows: readonly (readonly [key: string, value: string])[] } {
    const startRow = isFromStart ? 0 : this.#rowCursor;
    const rows = this.#rows().slice(startRow, startRow + Math.max(0, maxRows));
    this.#rowCursor = startRow + rows.length;
    return { startRow, rows };
  }

  /** In Kyuubi's order, which drivers expect. */
  #rows(): readonly (readonly [key: string, value: string])[] {
    return [
      ['id', this.#engine?.id ?? ''],
      ['name', this.#engine?.name ?? ''],
      ['state', this.#engine === null ? '' : 'RUNNING'],
      ['url', this.#engine?.url ?? ''],
      ['error', this.#error?.message ?? ''],
      ['refId', this.#engine?.refId ?? ''],
    ];
  }

  #move(to: LaunchState, why: string): void {
    if (!moves[this.#state].includes(to)) return;
    this.#logger.debug(`launch ${this.handle.id}: ${this.#state} -> ${to} (${why})`);
    this.#state = to;
    if (to === 'running') return;
    this.#completedAtMs = this.#clock.now();
    this.#settle();
  }
}
