import {
  type CallOptions,
  type ColumnBatch,
  type ColumnInfo,
  columnValues,
  type HiveOperation,
  TFetchOrientation,
  type Value,
} from '@senbon/hive-thrift';

import { ClientError } from '../client-error.ts';

export type Row = readonly Value[];

export interface QueryResultOptions extends CallOptions {
  readonly fetchRows: number;
}

/**
 * The rows of a statement, once: a second reader gets ClientError RESULT_READ. While the caller works on one batch the next is on its way; two are in memory, however long
 * the result. Reading to the end, or leaving the loop early, gives the result back to the server.
 */
export class QueryResult implements AsyncIterable<Row>, AsyncDisposable {
  readonly operation: HiveOperation;
  /** Empty for statements without a result. */
  readonly columns: readonly ColumnInfo[];
  readonly #options: QueryResultOptions;
  #isSpent = false;

  constructor(operation: HiveOperation, columns: readonly ColumnInfo[], options: QueryResultOptions) {
    this.operation = operation;
    this.columns = columns;
    this.#options = options;
  }

  /** Rows as arrays: bigint for BIGINT, text for decimals, dates and nested types, bytes for BINARY, null for NULL. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    for await (const batch of this.batches()) {
      const columns = batch.columns.map(columnValues);
      for (let row = 0; row < batch.rowCount; row++) {
        yield columns.map((values) => values[row] as Value);
      }
    }
  }

  /** Rows as objects by column name. Throws ClientError COLUMN_NAMES when two columns have the same. */
  async *objects<T extends object = Record<string, Value>>(): AsyncGenerator<T, void, undefined> {
    const names = this.columns.map(({ name }) => name);
    const double = names.find((name, i) => names.indexOf(name) < i);
    if (double !== undefined) {
      await this.close();
      throw new ClientError('COLUMN_NAMES', { name: double });
    }
    for await (const row of this) {
      yield Object.fromEntries(names.map((name, i) => [name, row[i] as Value])) as T;
    }
  }

  /** Columns as the server sent them, the fastest way to read. Throws ClientError RESULT_READ. */
  async *batches(): AsyncGenerator<ColumnBatch, void, undefined> {
    if (this.columns.length === 0) return this.close();
    if (this.#isSpent) throw new ClientError('RESULT_READ', {});
    this.#isSpent = true;
    try {
      let next = this.#fetch();
      for (;;) {
        const { batch } = await next;
        if (batch.rowCount === 0) return;
        next = this.#fetch();
        // A failure shows when it is awaited; nobody does when the loop is left before.
        next.catch(() => {});
        yield batch;
      }
    } finally {
      await this.close();
    }
  }

  /** All rows at once; only for results known to be small. */
  toArray(): Promise<Row[]> {
    return collect(this);
  }

  /** As `toArray`, by column name. */
  toObjects<T extends object = Record<string, Value>>(): Promise<T[]> {
    return collect(this.objects<T>());
  }

  /** Gives the result back to the server. Idempotent; never throws, for the rows are there or given up. */
  async close(): Promise<void> {
    this.#isSpent = true;
    await this.operation.close().catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #fetch() {
    const { fetchRows, ...call } = this.#options;
    return this.operation.fetch(fetchRows, TFetchOrientation.FETCH_NEXT, call);
  }
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
