import { type Clock, type Logger, type NamedHandle, SenbonError } from '@senbon/core';
import type { TOperationType, TProtocolVersion } from '@senbon/hive-thrift';
import type {
  ColumnSchema,
  ExecutorResult,
  ResultCursor,
  StatementContext,
  StatementProgress,
} from '../executor.ts';
import type { RewindBudget } from '../result/result-history.ts';
import { type FetchedRows, type Orientation, ResultReader } from '../result/result-reader.ts';
import { ExecutionTimer } from './execution-timer.ts';
import { looksLikeQuery } from './looks-like-query.ts';
import { OperationLog } from './operation-log.ts';
import { isUnderWay, OperationState, operationMoves } from './operation-state.ts';
import type { StatementQueue } from './statement-queue.ts';

/** How long closing waits for a cursor; a running statement is not waited for at all. */
const CLOSE_WAIT_MS = 1_000;

/** A client that was told of rows before it was known that there are none finds these columns, and no row. */
const PLACEHOLDER: readonly ColumnSchema[] = [{ name: 'Result', type: { name: 'STRING' } }];

const NO_ROWS: ResultCursor = { next: () => Promise.resolve(null), close: () => Promise.resolve() };

/** The session, as far as its operations need it. */
export interface OperationOwner {
  readonly protocol: TProtocolVersion;
  touch(): void;
  closeOperation(operation: Operation, why?: string): Promise<void>;
}

export interface OperationOptions {
  readonly owner: OperationOwner;
  readonly handle: NamedHandle;
  /** The handle is of our making and not a gateway's: its secret is checked. */
  readonly isOwnHandle: boolean;
  readonly type: TOperationType;
  /** For the log; the calls of the metadata family have none. */
  readonly statement: string | null;
  readonly run: (context: StatementContext) => Promise<ExecutorResult>;
  /** Where it waits for its turn; `null` for what is not counted as a statement. */
  readonly queue: StatementQueue | null;
  readonly isAsync: boolean;
  /** Of the executor's own time, see `ExecutionTimer`; 0 = none. */
  readonly timeoutMs: number;
  /** 0 = all. */
  readonly resultMaxRows: number;
  readonly confOverlay: Readonly<Record<string, string>>;
  /** The session's confs, live. */
  readonly sessionConf: ReadonlyMap<string, string>;
  readonly budget: RewindBudget;
  /** See `ResultReader`. */
  readonly keepsAllRows: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One statement or metadata call: HiveServer2's states around an executor's promise and cursor. */
export class Operation {
  readonly options: OperationOptions;
  readonly log = new OperationLog();
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #timer: ExecutionTimer;
  #state: OperationState = OperationState.INITIALIZED;
  #result: ExecutorResult | null = null;
  #reader: ResultReader | null = null;
  #error: SenbonError | null = null;
  #startedMs = 0;
  #completedMs = 0;
  #lastAccessMs: number;
  #hasAnnouncedRows = false;
  #readProgress: (() => StatementProgress | null) | null = null;
  #progress: StatementProgress | null = null;

  constructor(options: OperationOptions) {
    this.options = options;
    this.#lastAccessMs = options.clock.now();
    this.#timer = new ExecutionTimer(options.clock, options.timeoutMs, () => this.#onTimeout());
  }

  get handle(): NamedHandle {
    return this.options.handle;
  }

  get isOwnHandle(): boolean {
    return this.options.isOwnHandle;
  }

  get id(): string {
    return this.options.handle.id;
  }

  get state(): OperationState {
    return this.#state;
  }

  /** Why it is in ERROR, CANCELED or TIMEDOUT. */
  get error(): SenbonError | null {
    return this.#error;
  }

  /** Milliseconds since the epoch; 0 before. */
  get startedMs(): number {
    return this.#startedMs;
  }

  /** Milliseconds since the epoch; 0 before. */
  get completedMs(): number {
    return this.#completedMs;
  }

  get lastAccessMs(): number {
    return this.#lastAccessMs;
  }

  get hasRows(): boolean {
    return this.#result !== null && this.#result.rows !== null;
  }

  get modifiedRowCount(): number | undefined {
    return this.#result?.modifiedRowCount;
  }

  /** How far it has come: never back, and all the way once it has finished. `null` when the executor does not tell. */
  get progress(): StatementProgress | null {
    const last = this.#progress;
    const now = this.#state === 'RUNNING' ? (this.#readProgress?.() ?? null) : null;
    if (now !== null && now.fraction >= (last?.fraction ?? 0)) this.#progress = now;
    if (this.#state !== 'FINISHED' || last === null) return this.#progress;
    return { ...last, fraction: 1, done: last.total };
  }

  /** It runs, or the engine still holds rows that nobody has read. */
  get isBusy(): boolean {
    return isUnderWay(this.#state) || (this.#state === 'FINISHED' && this.#isUnread);
  }

  /** The columns; `[]` for a statement without rows. Throws OPERATION_STATE or its own error when there are none to be had. */
  get schema(): readonly ColumnSchema[] {
    if (this.#result === null) throw this.#unavailable('it has no result');
    if (this.#result.rows !== null) return this.#result.rows.schema;
    return this.#hasAnnouncedRows ? PLACEHOLDER : [];
  }

  touch(): void {
    this.#lastAccessMs = this.options.clock.now();
  }

  /**
   * What a client is told about rows. The truth once it is known; before that a guess, which is kept to: a client that
   * was promised rows finds columns.
   */
  get hasRowsAsAnnounced(): boolean {
    if (!isUnderWay(this.#state)) return this.hasRows;
    this.#hasAnnouncedRows ||= looksLikeQuery(this.options.statement ?? '');
    return this.#hasAnnouncedRows;
  }

  start(): void {
    const { clock, statement } = this.options;
    this.#startedMs = clock.now();
    this.#move('PENDING', statement ?? 'metadata');
    this.#timer.resume();
    void this.#run();
  }

  /** Resolves when the state changes, or after `timeoutMs`. Returns at once unless it is under way. */
  waitForChange(timeoutMs: number): Promise<void> {
    if (!isUnderWay(this.#state)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        timer?.cancel();
        this.#listeners.delete(done);
        resolve();
      };
      const timer = timeoutMs === Infinity ? null : this.options.clock.after(timeoutMs, done);
      this.#listeners.add(done);
    });
  }

  /** Resolves when it is not under way any more, or after `timeoutMs`. */
  async waitForEnd(timeoutMs = Infinity): Promise<void> {
    const { clock } = this.options;
    const deadlineMs = clock.now() + timeoutMs;
    while (isUnderWay(this.#state) && clock.now() < deadlineMs) {
      await this.waitForChange(deadlineMs - clock.now());
    }
  }

  /** Throws OPERATION_STATE before it is FINISHED, its own error when it failed, and what reading throws. */
  async fetch(orientation: Orientation, maxRows: number): Promise<FetchedRows> {
    if (this.#state !== 'FINISHED' || this.#reader === null)
      throw this.#unavailable('its rows cannot be fetched');
    try {
      return await this.#reader.fetch(orientation, maxRows);
    } catch (error) {
      if (this.#reader.failure !== null) this.#fail(this.#reader.failure);
      throw this.#error ?? error;
    }
  }

  /** No effect on what has ended and been read to its end. */
  cancel(why = 'canceled by the client'): void {
    if (!this.isBusy || this.#state === 'INITIALIZED') return;
    this.#error = new SenbonError('OPERATION_CANCELED');
    this.#move('CANCELED', why);
    void this.#stop();
  }

  /** Ends it and frees what it holds; waits a moment for the cursor. Idempotent. */
  async close(why = 'closed'): Promise<void> {
    if (this.#state === 'CLOSED') return;
    this.#move('CLOSED', why);
    await this.#stop();
  }

  get #isUnread(): boolean {
    return this.hasRows && this.#reader !== null && !this.#reader.isExhausted;
  }

  /** Aborts what runs, then closes the cursor. Resolves when that is done, or has taken too long. */
  #stop(): Promise<void> {
    const reader = this.#reader;
    // An executor that has given everything it had is not told to stop.
    if (reader === null || this.#isUnread) this.#abort.abort();
    if (reader === null) return Promise.resolve();
    const closed = reader.close().catch((error: unknown) => {
      this.options.logger.warn(`operation ${this.id}: its cursor could not be closed`, error);
    });
    return new Promise((resolve) => {
      const timer = this.options.clock.after(CLOSE_WAIT_MS, resolve);
      void closed.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  async #run(): Promise<void> {
    const { queue, run, confOverlay } = this.options;
    const { signal } = this.#abort;
    let leave = () => {};
    try {
      if (queue !== null) leave = await queue.enter(signal);
      if (this.#state !== 'PENDING') return;
      this.#move('RUNNING', 'started');
      const result = await run({
        signal,
        confOverlay,
        log: (line) => this.log.append(line),
        track: (read) => {
          this.#readProgress = read;
        },
      });
      this.#accept(result);
    } catch (error) {
      this.#fail(SenbonError.from(error, 'STATEMENT_FAILED'));
    } finally {
      leave();
    }
  }

  #accept(result: ExecutorResult): void {
    const { logger, resultMaxRows, budget, keepsAllRows: keepsAll, clock } = this.options;
    if (this.#state !== 'RUNNING') {
      // It was canceled or closed, and the executor finished all the same.
      result.rows?.cursor.close().catch((error: unknown) => {
        logger.warn(`operation ${this.id}: the cursor of its late result could not be closed`, error);
      });
      return;
    }
    this.#result = result;
    const cursor = result.rows === null ? NO_ROWS : this.#counted(result.rows.cursor);
    this.#reader = new ResultReader({ cursor, schema: this.schema, resultMaxRows, budget, keepsAll, clock });
    this.#move('FINISHED', 'done');
  }

  /** Each read takes time from the time-out, and a place among the running statements; a client that reads slowly does neither. */
  #counted(cursor: ResultCursor): ResultCursor {
    const { queue } = this.options;
    return {
      next: async (maxRows) => {
        const leave = queue?.occupy();
        this.#timer.resume();
        try {
          return await cursor.next(maxRows);
        } finally {
          this.#timer.pause();
          leave?.();
        }
      },
      close: () => cursor.close(),
    };
  }

  #fail(error: SenbonError): void {
    if (!operationMoves[this.#state].includes('ERROR')) return;
    this.#error = error;
    this.log.append(`${error.sqlState}: ${error.message}`);
    this.#move('ERROR', error.message);
    void this.#stop();
  }

  #onTimeout(): void {
    if (!operationMoves[this.#state].includes('TIMEDOUT')) return;
    const seconds = this.options.timeoutMs / 1000;
    this.#error = new SenbonError('OPERATION_TIMEOUT', { seconds });
    this.#move('TIMEDOUT', `after ${seconds} s`);
    void this.#stop();
  }

  #unavailable(problem: string): SenbonError {
    if (this.#error !== null) return this.#error;
    if (this.#state === 'CLOSED') return new SenbonError('OPERATION_NOT_FOUND', { id: this.id });
    return new SenbonError('OPERATION_STATE', { id: this.id, state: this.#state, problem });
  }

  #move(to: OperationState, why: string): void {
    const from = this.#state;
    if (!operationMoves[from].includes(to)) {
      throw new SenbonError('INTERNAL', { problem: `operation ${this.id} cannot go from ${from} to ${to}` });
    }
    this.#state = to;
    this.options.logger.debug(`operation ${this.id}: ${from} -> ${to} (${why})`);
    if (!isUnderWay(to)) this.#onEnd();
    this.#logMove(to);
    for (const listener of this.#listeners) listener();
  }

  #onEnd(): void {
    this.#timer.pause();
    if (this.#completedMs === 0) this.#completedMs = this.options.clock.now();
  }

  /** What beeline shows while a statement runs, in Kyuubi's form. */
  #logMove(to: OperationState): void {
    const { statement } = this.options;
    if (statement === null || to === 'PENDING' || to === 'CLOSED') return;
    const detail =
      to === 'RUNNING'
        ? `statement:\n${statement}`
        : `time taken: ${(this.#completedMs - this.#startedMs) / 1000} seconds`;
    this.log.append(`Query[${this.id}] in ${to}_STATE, ${detail}`);
  }
}
