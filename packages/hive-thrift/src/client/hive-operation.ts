import type { TOperationHandle } from '../messages/common.ts';
import { encodeCall } from '../messages/calls.ts';
import { FetchType, TFetchOrientation, TOperationState, type TTypeId } from '../messages/enums.ts';
import { readEnvelope } from '../messages/envelope.ts';
import type { TGetOperationStatusResp } from '../messages/operation-calls.ts';
import type { TColumnDesc } from '../messages/schema.ts';
import { typeId, typeName } from '../messages/type-name.ts';
import type { ColumnBatch } from '../rowset/column.ts';
import { columnValues, type Value } from '../rowset/column-values.ts';
import { decodeFetchReply, decodeRowSet } from '../rowset/decode-row-set.ts';
import { checkStatus, operationError } from './hive-error.ts';
import { pause } from './pause.ts';
import { abortReason, type CallOptions, type Transport } from './transport.ts';

export interface ColumnInfo {
  readonly name: string;
  /** As HiveQL spells it: `decimal(10,2)`. */
  readonly type: string;
  /** Of a nested type, its outermost; null for a type newer than this client. */
  readonly typeId: TTypeId | null;
  readonly comment: string | null;
  /** All that the server said. */
  readonly desc: TColumnDesc;
}

export interface FetchedBatch {
  /** Rows of the operation before this batch, as the server counts. */
  readonly startRowOffset: bigint;
  readonly batch: ColumnBatch;
  /** Not to be relied on: many servers always say false. A result ends with an empty batch. */
  readonly hasMoreRows: boolean;
}

export interface WaitOptions extends CallOptions {
  /** Gets every answer of the server, which is asked for its progress too. */
  readonly onStatus?: (status: TGetOperationStatusResp) => void;
}

export interface ReadOptions extends CallOptions {
  /** Rows asked for at once; default 1000, as JDBC asks. */
  readonly fetchRows?: number;
}

export const DEFAULT_FETCH_ROWS = 1_000;
/** Servers answer a status call late on purpose; against one that does not, polls slow down to this. */
const MAX_POLL_PAUSE_MS = 200;
const FIRST_POLL_PAUSE_MS = 5;

/** A statement or catalog call on the server. Close it: servers keep its result until then. */
export class HiveOperation {
  readonly handle: TOperationHandle;
  readonly #transport: Transport;
  #isClosed = false;
  #schema: readonly ColumnInfo[] | null = null;

  constructor(transport: Transport, handle: TOperationHandle) {
    this.#transport = transport;
    this.handle = handle;
  }

  /** False for `USE`, `SET k=v`, DDL: such an operation has no schema and no rows. */
  get hasResultSet(): boolean {
    return this.handle.hasResultSet;
  }

  /** May take seconds while the operation runs. Throws HiveError only when the call fails, not when the operation did. */
  status(options?: CallOptions): Promise<TGetOperationStatusResp> {
    return this.#status({}, options);
  }

  /**
   * Until the operation has finished. Throws HiveError when it failed, was cancelled, was closed or timed out. An abort of
   * the signal cancels the operation on the server.
   */
  async wait({ onStatus, ...options }: WaitOptions = {}): Promise<TGetOperationStatusResp> {
    const extra = onStatus === undefined ? {} : { getProgressUpdate: true };
    for (let pauseMs = FIRST_POLL_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_POLL_PAUSE_MS)) {
      const response = await this.#cancelOnAbort(options, this.#status(extra, options));
      onStatus?.(response);
      switch (response.operationState) {
        case TOperationState.FINISHED:
          return response;
        case TOperationState.INITIALIZED:
        case TOperationState.PENDING:
        case TOperationState.RUNNING:
          await this.#cancelOnAbort(options, pause(pauseMs, options.signal));
          break;
        default:
          throw operationError(response);
      }
    }
  }

  /** The columns; asked for once. */
  async schema(options?: CallOptions): Promise<readonly ColumnInfo[]> {
    if (this.#schema !== null) return this.#schema;
    const request = { operationHandle: this.handle };
    const { status, schema } = await this.#transport.call('GetResultSetMetadata', request, options);
    checkStatus(status, 'GetResultSetMetadata');
    this.#schema = (schema?.columns ?? []).map(columnInfo);
    return this.#schema;
  }

  /** One batch; an empty one after the last. */
  fetch(
    maxRows: number = DEFAULT_FETCH_ROWS,
    orientation: TFetchOrientation = TFetchOrientation.FETCH_NEXT,
    options: CallOptions = {},
  ): Promise<FetchedBatch> {
    return this.#cancelOnAbort(
      options,
      this.#fetch({ maxRows, orientation, fetchType: FetchType.RESULTS }, options),
    );
  }

  /** All batches from here on. An abort of the signal cancels the operation. */
  async *batches(options: ReadOptions = {}): AsyncGenerator<ColumnBatch, void, undefined> {
    for (;;) {
      const { batch } = await this.fetch(options.fetchRows, TFetchOrientation.FETCH_NEXT, options);
      if (batch.rowCount === 0) return;
      yield batch;
    }
  }

  /** All rows from here on. */
  async *rows(options: ReadOptions = {}): AsyncGenerator<readonly Value[], void, undefined> {
    for await (const batch of this.batches(options)) {
      const columns = batch.columns.map(columnValues);
      for (let row = 0; row < batch.rowCount; row++) {
        yield columns.map((values) => values[row] as Value);
      }
    }
  }

  /** Lines of the operation log since the last call. */
  async log(options: CallOptions = {}): Promise<readonly string[]> {
    const request = {
      maxRows: DEFAULT_FETCH_ROWS,
      orientation: TFetchOrientation.FETCH_NEXT,
      fetchType: FetchType.LOG,
    };
    const { batch } = await this.#fetch(request, options);
    const [column] = batch.columns;
    return column === undefined ? [] : columnValues(column).map(String);
  }

  /** Asks the server to stop; `wait` then throws. */
  async cancel(options?: CallOptions): Promise<void> {
    const { status } = await this.#transport.call(
      'CancelOperation',
      { operationHandle: this.handle },
      options,
    );
    checkStatus(status, 'CancelOperation');
  }

  /** Gives the result back. Idempotent. */
  async close(options?: CallOptions): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { status } = await this.#transport.call(
      'CloseOperation',
      { operationHandle: this.handle },
      options,
    );
    checkStatus(status, 'CloseOperation');
  }

  async #status(
    extra: { readonly getProgressUpdate?: boolean },
    options?: CallOptions,
  ): Promise<TGetOperationStatusResp> {
    const request = { operationHandle: this.handle, ...extra };
    const response = await this.#transport.call('GetOperationStatus', request, options);
    checkStatus(response.status, 'GetOperationStatus');
    return response;
  }

  async #fetch(
    what: { maxRows: number; orientation: TFetchOrientation; fetchType: FetchType },
    options: CallOptions,
  ): Promise<FetchedBatch> {
    const request = { ...what, operationHandle: this.handle, maxRows: BigInt(what.maxRows) };
    // Not by `call`: its general decoder is many times slower on a row set.
    const message = await this.#transport.exchange(encodeCall('FetchResults', 0, request), options);
    const { status, hasMoreRows, rowSet } = decodeFetchReply(message, readEnvelope(message));
    checkStatus(status, 'FetchResults');
    if (rowSet === null) return { startRowOffset: 0n, batch: { rowCount: 0, columns: [] }, hasMoreRows };
    return { ...decodeRowSet(rowSet), hasMoreRows };
  }

  /** The cancel goes in the background: behind a call under way it may take a while, and its failure changes nothing. */
  async #cancelOnAbort<T>({ signal }: CallOptions, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      this.cancel().catch(() => {});
      throw abortReason(signal);
    }
  }
}

function columnInfo(desc: TColumnDesc): ColumnInfo {
  return {
    name: desc.columnName,
    type: typeName(desc.typeDesc),
    typeId: typeId(desc.typeDesc),
    comment: desc.comment ?? null,
    desc,
  };
}
