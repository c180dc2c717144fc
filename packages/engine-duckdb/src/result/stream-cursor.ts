import type { DuckDBResult } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { BatchCursor, type ResultCursor } from '@senbon/engine-host';
import type { ColumnBatch } from '@senbon/hive-thrift';
import type { Connection } from '../connection/connection.ts';
import { canceled, failed, statementError } from '../connection/duckdb-error.ts';
import type { ColumnPlan } from '../types/column-plan.ts';
import { BatchBuilder, OpenChunk } from './batch-builder.ts';
import { ParkedRows, type ParkingLimits } from './parked-rows.ts';

/** One batch, whatever number of rows a client asks for: wide rows would else make it any size. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024;
/** Rows of a batch that is put aside; a fetch of fewer rows cuts it. */
const PARKED_BATCH_ROWS = 8192;

export interface StreamOptions {
  readonly connection: Connection;
  readonly result: DuckDBResult;
  readonly plans: readonly ColumnPlan[];
  readonly signal: AbortSignal;
  readonly limits: ParkingLimits;
  /** Within a transaction of the user's nothing may be interrupted but on request: it would abort that. */
  readonly isInTransaction: boolean;
  /** The reason why the stream broke off, which the library does not tell. */
  readonly diagnose: () => Promise<Error>;
  /** Called once, when the connection no longer serves this stream. */
  readonly onEnd: (how: StreamEnd) => void;
  readonly onClose: () => void;
}

/** `broken`: DuckDB may still hold the query open on the connection. */
export type StreamEnd = 'complete' | 'broken';

const CursorState = {
  Streaming: 'streaming',
  Complete: 'complete',
  Failed: 'failed',
  Closed: 'closed',
} as const;
type CursorState = (typeof CursorState)[keyof typeof CursorState];

const moves: Readonly<Record<CursorState, readonly CursorState[]>> = {
  streaming: ['complete', 'failed', 'closed'],
  complete: ['failed', 'closed'],
  failed: ['closed'],
  closed: [],
};

/**
 * Reads a streaming result of DuckDB chunk by chunk, in memory of a fixed size.
 *
 * The library's `fetchChunk` answers an error, an interrupt and a second query on the connection just as it answers
 * the end: with no chunk. What tells them apart is the result's return type, which DuckDB turns to INVALID once an
 * error is set on the result (`duckdb_result_return_type`).
 */
export class StreamCursor implements ResultCursor {
  readonly #options: StreamOptions;
  /** Fires with the statement's signal, and at `close` where a read in progress may be interrupted. */
  readonly #cancel = new AbortController();
  readonly #onAbort = () => this.#cancel.abort();
  #isClosing = false;
  #state: CursorState = CursorState.Streaming;
  /** Chunks fetched and not yet used up; at most two. */
  readonly #chunks: OpenChunk[] = [];
  #parked: ParkedRows | null = null;
  #parkedCursor: BatchCursor | null = null;
  #error: Error | null = null;
  /** Reads and parking take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: StreamOptions) {
    this.#options = options;
    if (options.signal.aborted) this.#cancel.abort();
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Resolves with the first rows at hand. A result of one chunk is read to its end, which frees the connection. */
  static async open(options: StreamOptions): Promise<StreamCursor> {
    const cursor = new StreamCursor(options);
    try {
      const first = await cursor.#fetch();
      if (first !== null && first.rowCount < duckdb.vector_size()) await cursor.#fetch();
      return cursor;
    } catch (error) {
      throw cursor.#fail(error);
    }
  }

  get isStreaming(): boolean {
    return this.#state === CursorState.Streaming;
  }

  async next(maxRows: number): Promise<ColumnBatch | null> {
    return this.#inTurn(async () => {
      this.#checkReadable();
      if (this.#parkedCursor !== null) return this.#parkedCursor.next(maxRows);
      return this.#read(Math.max(1, maxRows));
    });
  }

  /**
   * Reads the rest of the stream to memory or disk, so that the connection can serve another statement. Never
   * rejects: a failure is kept for the reader.
   */
  async park(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#state !== CursorState.Streaming) return;
      const parked = new ParkedRows(this.#options.limits);
      try {
        for (;;) {
          const batch = await this.#read(PARKED_BATCH_ROWS);
          if (batch === null) break;
          await parked.add(batch);
        }
        this.#parked = parked;
        this.#parkedCursor = new BatchCursor(async () => parked.read());
      } catch (error) {
        this.#fail(error);
        await parked.close();
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (!this.#options.isInTransaction) this.#cancel.abort();
    await this.#inTurn(async () => {
      if (this.#state === CursorState.Closed) return;
      this.#move(CursorState.Closed);
      this.#options.signal.removeEventListener('abort', this.#onAbort);
      this.#chunks.length = 0;
      await this.#parked?.close();
      this.#options.onClose();
    });
  }

  async #read(maxRows: number): Promise<ColumnBatch | null> {
    const rest = this.#chunks.reduce((rows, chunk) => rows + chunk.rowCount - chunk.taken, 0);
    const expectedRows = this.#state === CursorState.Streaming ? null : rest;
    const builder = new BatchBuilder(this.#options.plans, {
      maxRows,
      maxBytes: MAX_BATCH_BYTES,
      expectedRows,
    });
    try {
      for (;;) {
        this.#checkReadable();
        const chunk = this.#chunks[0] ?? (await this.#fetch());
        if (chunk === null) break;
        const isFull = builder.take(chunk);
        if (chunk.isDone) {
          this.#chunks.shift();
          chunk.release();
        }
        if (isFull) break;
      }
    } catch (error) {
      throw this.#fail(error);
    }
    return builder.rowCount === 0 ? null : builder.finish();
  }

  /** The next chunk, also put last in the queue; `null` at the true end. */
  async #fetch(): Promise<OpenChunk | null> {
    if (this.#state !== CursorState.Streaming) return null;
    const { connection, result } = this.#options;
    const chunk = await connection.call(this.#cancel.signal, async () => result.fetchChunk());
    if (chunk !== null && chunk.rowCount > 0) {
      const open = new OpenChunk(chunk);
      this.#chunks.push(open);
      return open;
    }
    if (result.returnType === duckdb.ResultType.INVALID) throw await this.#options.diagnose();
    this.#move(CursorState.Complete);
    return null;
  }

  #checkReadable(): void {
    if (this.#error !== null) throw this.#error;
    if (this.#isClosing) throw failed('24000', 'the result is closed');
    if (this.#cancel.signal.aborted) throw this.#fail(canceled());
  }

  #fail(error: unknown): Error {
    this.#error ??= statementError(error);
    this.#chunks.length = 0;
    if (moves[this.#state].includes(CursorState.Failed)) this.#move(CursorState.Failed);
    return this.#error;
  }

  #move(to: CursorState): void {
    const from = this.#state;
    if (!moves[from].includes(to)) throw new Error(`a cursor cannot go from ${from} to ${to}`);
    this.#state = to;
    if (from === CursorState.Streaming)
      this.#options.onEnd(to === CursorState.Complete ? 'complete' : 'broken');
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run, run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
