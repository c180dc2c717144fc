import { type Clock, SenbonError } from '@senbon/core';
import type { ColumnBatch } from '@senbon/hive-thrift';
import type { ColumnSchema, ResultCursor } from '../executor.ts';
import { byteSizeOf, concatBatches, emptyBatch, rowsWithin, sliceBatch } from './batches.ts';
import { ResultHistory, type RewindBudget } from './result-history.ts';

/** Most bytes of rows in one reply; a single larger row still goes. */
export const MAX_REPLY_BYTES = 16 * 1024 * 1024;
/** Asked of a cursor before anything is known of the size of its rows. */
const FIRST_READ_ROWS = 256;
/** What may be read ahead while the client works on its last rows. */
const MAX_AHEAD_BYTES = 4 * 1024 * 1024;
/** A slow result is answered with the rows there are, rather than held until the reply is full. */
const FILL_TIMEOUT_MS = 200;

export type Orientation = 'FETCH_NEXT' | 'FETCH_PRIOR' | 'FETCH_FIRST';

export interface FetchedRows {
  /** Position of the first row in the whole result, from 0. */
  readonly startRow: number;
  readonly batch: ColumnBatch;
  /** False once it is known that nothing follows. */
  readonly hasMoreRows: boolean;
}

export interface ResultReaderOptions {
  readonly cursor: ResultCursor;
  readonly schema: readonly ColumnSchema[];
  /** Rows after which the result ends; 0 = all. */
  readonly resultMaxRows: number;
  readonly budget: RewindBudget;
  /** Keep what is read of a large result too, for a client that does not begin with FETCH_FIRST. */
  readonly keepsAll: boolean;
  readonly clock: Clock;
}

/**
 * Turns a forward cursor into what FetchResults offers: replies of bounded size whose offsets count the rows of this
 * result from 0 without a gap, whichever way the client moves.
 */
export class ResultReader {
  readonly #options: ResultReaderOptions;
  readonly #history: ResultHistory;
  /** Fetches come from any connection but run one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Start of the last reply, which FETCH_PRIOR goes back from. */
  #lastStart = 0;
  #position = 0;
  /** Read from the cursor, not yet handed out. */
  #pending: ColumnBatch | null = null;
  #ahead: Promise<void> | null = null;
  #rowsRead = 0;
  #bytesRead = 0;
  #failure: SenbonError | null = null;
  #isEnded = false;
  #isClosed = false;
  #isCursorClosed = false;

  constructor(options: ResultReaderOptions) {
    this.#options = options;
    this.#history = new ResultHistory(options.budget);
    if (options.keepsAll) this.#history.keepAll();
  }

  /** Everything was read from the engine, though perhaps not yet by the client. */
  get isExhausted(): boolean {
    return this.#isEnded && this.#pending === null;
  }

  /** Why no row after those read can ever be had; `null` while all is well. */
  get failure(): SenbonError | null {
    return this.#failure;
  }

  /** Throws what the cursor throws, FETCH_ORIENTATION when read rows are not kept any more. */
  fetch(orientation: Orientation, maxRows: number): Promise<FetchedRows> {
    const fetched = this.#queue.then(() => this.#fetch(orientation, maxRows));
    this.#queue = fetched.catch(() => {});
    return fetched;
  }

  /** Waits for a read under way: abort the cursor's signal before. Idempotent. */
  close(): Promise<void> {
    this.#isClosed = true;
    const closed = this.#queue.then(async () => {
      await this.#ahead?.catch(() => {});
      this.#pending = null;
      await this.#history.close();
      await this.#closeCursor();
    });
    this.#queue = closed.catch(() => {});
    return closed;
  }

  async #fetch(orientation: Orientation, maxRows: number): Promise<FetchedRows> {
    if (this.#isClosed) throw new SenbonError('OPERATION_CANCELED');
    // hive-driver and Hue begin with FETCH_FIRST; JDBC, which never goes back unless asked to, with FETCH_NEXT.
    if (orientation !== 'FETCH_NEXT') this.#history.keepAll();
    const start = this.#startOf(orientation, maxRows);
    const isNew = start === this.#history.rowCount;
    const batch = isNew ? await this.#gather(maxRows) : await this.#history.read(start, maxRows, orientation);
    this.#lastStart = start;
    this.#position = start + batch.rowCount;
    if (isNew && batch.rowCount > 0) {
      await this.#history.append(batch);
      if (batch.rowCount === maxRows) this.#readAhead(maxRows);
    }
    const hasMoreRows = this.#position < this.#history.rowCount || !this.isExhausted;
    return { startRow: start, batch, hasMoreRows };
  }

  #startOf(orientation: Orientation, maxRows: number): number {
    if (orientation === 'FETCH_FIRST') return 0;
    if (orientation === 'FETCH_PRIOR') return Math.max(0, this.#lastStart - maxRows);
    return this.#position;
  }

  async #gather(maxRows: number): Promise<ColumnBatch> {
    const { clock, schema } = this.#options;
    const startedMs = clock.now();
    const parts: ColumnBatch[] = [];
    let rows = 0;
    let bytes = 0;
    while (rows < maxRows) {
      const batch = await this.#nextBatch(maxRows - rows, MAX_REPLY_BYTES - bytes);
      if (batch === null) break;
      const fitting = rowsWithin(batch, maxRows - rows, MAX_REPLY_BYTES - bytes);
      const taken = fitting === 0 && rows === 0 ? 1 : fitting;
      if (taken < batch.rowCount) this.#pending = sliceBatch(batch, taken, batch.rowCount);
      if (taken === 0) break;
      const part = sliceBatch(batch, 0, taken);
      parts.push(part);
      rows += taken;
      bytes += byteSizeOf(part);
      if (taken < batch.rowCount || bytes >= MAX_REPLY_BYTES) break;
      if (clock.now() - startedMs >= FILL_TIMEOUT_MS) break;
    }
    return parts.length === 0 ? emptyBatch(schema) : concatBatches(parts);
  }

  async #nextBatch(maxRows: number, maxBytes: number): Promise<ColumnBatch | null> {
    if (this.#ahead !== null) {
      await this.#ahead;
      this.#ahead = null;
    }
    const pending = this.#pending;
    this.#pending = null;
    return pending ?? (await this.#readCursor(maxRows, maxBytes));
  }

  async #readCursor(maxRows: number, maxBytes: number): Promise<ColumnBatch | null> {
    const { resultMaxRows } = this.#options;
    while (!this.#isEnded) {
      const left = resultMaxRows === 0 ? maxRows : Math.min(maxRows, resultMaxRows - this.#rowsRead);
      const batch = left === 0 ? null : await this.#read(Math.min(left, this.#rowsFor(maxBytes)));
      if (batch === null) {
        this.#isEnded = true;
        await this.#closeCursor();
        return null;
      }
      if (batch.rowCount === 0) continue;
      this.#rowsRead += batch.rowCount;
      this.#bytesRead += byteSizeOf(batch);
      return batch;
    }
    return null;
  }

  async #read(maxRows: number): Promise<ColumnBatch | null> {
    if (this.#failure !== null) throw this.#failure;
    try {
      return await this.#options.cursor.next(maxRows);
    } catch (error) {
      this.#failure = SenbonError.from(error, 'STATEMENT_FAILED');
      throw this.#failure;
    }
  }

  /** As many rows as `maxBytes` hold if they are like those before. */
  #rowsFor(maxBytes: number): number {
    if (this.#rowsRead === 0) return FIRST_READ_ROWS;
    return Math.max(1, Math.floor(maxBytes / (this.#bytesRead / this.#rowsRead + 1)));
  }

  /** A client that took a full reply will want the next one: it is read while the last is on its way. */
  #readAhead(maxRows: number): void {
    if (this.#isEnded || this.#pending !== null || this.#isClosed) return;
    this.#ahead = this.#readCursor(maxRows, MAX_AHEAD_BYTES).then((batch) => {
      this.#pending = batch;
    });
    // Rethrown where it is awaited.
    this.#ahead.catch(() => {});
  }

  async #closeCursor(): Promise<void> {
    if (this.#isCursorClosed) return;
    this.#isCursorClosed = true;
    await this.#options.cursor.close();
  }
}
