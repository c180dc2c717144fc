import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { ColumnBatch } from '@senbon/hive-thrift';
import type { ColumnAppender } from '../types/column-appender.ts';
import type { ColumnPlan } from '../types/column-plan.ts';
import { ChunkColumn } from './chunk-column.ts';

/** Rows that columns make room for at first, where a client asks for more. */
const FIRST_CAPACITY_ROWS = 65_536;
const WIDEST_FIXED_BYTES = 8;

/** A chunk and its columns, kept together because the columns are only good while the chunk lives. */
export class OpenChunk {
  readonly columns: readonly ChunkColumn[];
  readonly rowCount: number;
  /** Rows already taken. */
  taken = 0;
  readonly #chunk: DuckDBDataChunk;

  constructor(chunk: DuckDBDataChunk) {
    this.#chunk = chunk;
    this.rowCount = chunk.rowCount;
    this.columns = Array.from({ length: chunk.columnCount }, (_, i) => new ChunkColumn(chunk, i));
  }

  get isDone(): boolean {
    return this.taken >= this.rowCount;
  }

  /** Returns the memory of texts and lists now; the garbage collector, which sees none of it, would take its time. */
  release(): void {
    this.#chunk.reset();
  }
}

export interface BatchBounds {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly expectedRows: number | null;
}

/** Collects rows of chunks into one batch, up to a number of rows and of bytes. */
export class BatchBuilder {
  readonly #appenders: readonly ColumnAppender[];
  readonly #maxRows: number;
  readonly #maxBytes: number;
  #rowCount = 0;
  #byteCount = 0;

  /** `expectedRows`: how many can come at most, where that is known. */
  constructor(plans: readonly ColumnPlan[], { maxRows, maxBytes, expectedRows }: BatchBounds) {
    this.#maxRows = maxRows;
    this.#maxBytes = maxBytes;
    const affordableRows = Math.ceil(maxBytes / WIDEST_FIXED_BYTES / Math.max(1, plans.length));
    const capacity = Math.min(maxRows, expectedRows ?? Math.min(FIRST_CAPACITY_ROWS, affordableRows));
    this.#appenders = plans.map((plan) => plan.appender(capacity));
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Takes rows of the chunk until that or the batch is exhausted; returns whether the batch is full. */
  take(chunk: OpenChunk): boolean {
    const to = Math.min(chunk.rowCount, chunk.taken + this.#maxRows - this.#rowCount);
    const end = this.#fit(chunk, to);
    for (const [i, appender] of this.#appenders.entries()) {
      appender.append(chunk.columns[i] as ChunkColumn, chunk.taken, end);
    }
    this.#byteCount += this.#sizeOf(chunk, end);
    this.#rowCount += end - chunk.taken;
    chunk.taken = end;
    return this.#rowCount >= this.#maxRows || this.#byteCount >= this.#maxBytes || end < to;
  }

  finish(): ColumnBatch {
    return { rowCount: this.#rowCount, columns: this.#appenders.map((appender) => appender.finish()) };
  }

  /** The last row, up to `to`, that the bytes left allow; at least one row, else a huge value would never pass. */
  #fit(chunk: OpenChunk, to: number): number {
    const budget = this.#maxBytes - this.#byteCount;
    let end = to;
    while (end - chunk.taken > 1 && this.#sizeOf(chunk, end) > budget) {
      end = chunk.taken + ((end - chunk.taken) >> 1);
    }
    return end;
  }

  #sizeOf(chunk: OpenChunk, end: number): number {
    let bytes = 0;
    for (const [i, appender] of this.#appenders.entries()) {
      bytes += appender.sizeOf(chunk.columns[i] as ChunkColumn, chunk.taken, end);
    }
    return bytes;
  }
}
