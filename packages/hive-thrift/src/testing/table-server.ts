import { EncodedReply, type Handlers } from '../dispatch/handlers.ts';
import type { TOperationHandle } from '../messages/common.ts';
import {
  TGetInfoType,
  TOperationState,
  TOperationType,
  TProtocolVersion,
  TStatusCode,
  TTypeId,
} from '../messages/enums.ts';
import type { TGetOperationStatusResp } from '../messages/operation-calls.ts';
import type { TTypeEntry } from '../messages/schema.ts';
import type { ColumnBatch } from '../rowset/column.ts';
import { columnOf } from '../rowset/column-values.ts';
import { encodeFetchReply } from '../rowset/encode-fetch-reply.ts';
import type { CallContext } from './hive-server.ts';

const success = { statusCode: TStatusCode.SUCCESS };
const failure = (errorMessage: string, sqlState: string, errorCode: number) => ({
  status: {
    statusCode: TStatusCode.ERROR,
    errorMessage,
    sqlState,
    errorCode,
    infoMessages: ['*java.lang.Stack'],
  },
});

export const sessionHandle = { sessionId: { guid: Buffer.alloc(16, 1), secret: Buffer.alloc(16, 2) } };

/**
 * Handlers of a server with one table of `rowCount` rows. What a statement says decides how it goes: `rows`, `set`,
 * `syntax` (fails at once), `fail` (fails later), `slow` (runs until cancelled), `timeout`.
 */
export class TableServer {
  readonly rowCount: number;
  readonly requests: { readonly method: string; readonly request: unknown }[] = [];
  /** Resolves when an operation is cancelled. */
  readonly cancelled: Promise<void>;
  /** Resolves when an operation is closed. */
  readonly closed: Promise<void>;
  /** Until it resolves, ExecuteStatement does not answer. */
  gate: Promise<void> = Promise.resolve();
  pollsUntilFinished = 2;
  #cancel: () => void = () => {};
  #close: () => void = () => {};
  #position = 0;
  #polls = 0;
  #statement = '';
  #state: TOperationState = TOperationState.RUNNING;
  #logLines: readonly string[] = ['compiling', 'running', 'done'];

  constructor(rowCount = 25) {
    this.rowCount = rowCount;
    this.cancelled = new Promise((resolve) => {
      this.#cancel = resolve;
    });
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  get handlers(): Handlers<CallContext> {
    const start = (operationType: TOperationType) => async (request: unknown) => {
      this.#seen(`${operationType}`, request);
      this.#begin('rows');
      return { status: success, operationHandle: this.#handle(operationType) };
    };
    return {
      OpenSession: async (request, { credentials }) => {
        this.#seen('OpenSession', request);
        const user = credentials?.user ?? request.username ?? 'nobody';
        if (user === 'mallory')
          return { ...failure('not you', '28000', 7), serverProtocolVersion: TProtocolVersion.V10 };
        return {
          status: success,
          serverProtocolVersion: Math.min(request.clientProtocol, TProtocolVersion.V10) as TProtocolVersion,
          sessionHandle,
          configuration: new Map([['user', user]]),
        };
      },
      CloseSession: async () => ({ status: success }),
      GetInfo: async ({ infoType }) => ({
        status: success,
        infoValue:
          infoType === TGetInfoType.MAX_TABLE_NAME_LEN ? { lenValue: 128n } : { stringValue: 'Table Server' },
      }),
      ExecuteStatement: async (request) => {
        this.#seen('ExecuteStatement', request);
        await this.gate;
        if (request.statement === 'syntax') return failure("mismatched input 'syntax'", '42000', 40000);
        this.#begin(request.statement);
        return { status: success, operationHandle: this.#handle(TOperationType.EXECUTE_STATEMENT) };
      },
      GetTypeInfo: start(TOperationType.GET_TYPE_INFO),
      GetCatalogs: start(TOperationType.GET_CATALOGS),
      GetSchemas: start(TOperationType.GET_SCHEMAS),
      GetTables: start(TOperationType.GET_TABLES),
      GetTableTypes: start(TOperationType.GET_TABLE_TYPES),
      GetColumns: start(TOperationType.GET_COLUMNS),
      GetFunctions: start(TOperationType.GET_FUNCTIONS),
      GetPrimaryKeys: start(TOperationType.GET_FUNCTIONS),
      GetCrossReference: start(TOperationType.GET_FUNCTIONS),
      GetOperationStatus: async () => this.#status(),
      GetResultSetMetadata: async () => ({ status: success, schema: { columns: columns.map(columnDesc) } }),
      FetchResults: async ({ maxRows, orientation, fetchType }) => {
        if (orientation === 4) this.#position = 0;
        const batch = fetchType === 1 ? this.#log() : this.#next(Number(maxRows));
        const startRowOffset = BigInt(this.#position - (fetchType === 1 ? 0 : batch.rowCount));
        return new EncodedReply(
          encodeFetchReply({ startRowOffset, batch, rowBased: false, hasMoreRows: false }),
        );
      },
      CancelOperation: async () => {
        this.#state = TOperationState.CANCELED;
        this.#cancel();
        return { status: success };
      },
      CloseOperation: async (request) => {
        this.#seen('CloseOperation', request);
        this.#close();
        return { status: success };
      },
    };
  }

  #seen(method: string, request: unknown): void {
    this.requests.push({ method, request });
  }

  #begin(statement: string): void {
    this.#statement = statement;
    this.#position = 0;
    this.#polls = 0;
    this.#state = TOperationState.RUNNING;
  }

  #handle(operationType: TOperationType): TOperationHandle {
    return { operationId: sessionHandle.sessionId, operationType, hasResultSet: this.#statement !== 'set' };
  }

  #status(): TGetOperationStatusResp {
    this.#polls += 1;
    if (this.#statement === 'lost') return failure('Invalid OperationHandle', 'HY000', 0);
    if (this.#state === TOperationState.CANCELED) return { status: success, operationState: this.#state };
    if (this.#statement === 'slow' || this.#polls < this.pollsUntilFinished) {
      return {
        status: success,
        operationState: this.#polls === 1 ? TOperationState.PENDING : TOperationState.RUNNING,
      };
    }
    if (this.#statement === 'timeout') return { status: success, operationState: TOperationState.TIMEDOUT };
    if (this.#statement === 'fail') {
      const operationState = TOperationState.ERROR;
      return {
        status: success,
        operationState,
        errorMessage: 'division by zero',
        sqlState: '22012',
        errorCode: 12,
      };
    }
    return { status: success, operationState: TOperationState.FINISHED, hasResultSet: true };
  }

  #next(maxRows: number): ColumnBatch {
    const start = this.#position;
    const end = Math.min(this.rowCount, start + maxRows);
    this.#position = end;
    const rows = Array.from({ length: end - start }, (_, i) => start + i);
    return {
      rowCount: rows.length,
      columns: [
        columnOf('i64', rows.map(BigInt)),
        columnOf(
          'string',
          rows.map((row) => (row % 5 === 4 ? null : `row ${row}`)),
        ),
      ],
    };
  }

  /** Each line once. */
  #log(): ColumnBatch {
    const lines = this.#logLines;
    this.#logLines = [];
    return { rowCount: lines.length, columns: lines.length === 0 ? [] : [columnOf('string', lines)] };
  }
}

const columns: readonly [string, readonly TTypeEntry[]][] = [
  ['id', [{ primitiveEntry: { type: TTypeId.BIGINT } }]],
  [
    'name',
    [
      {
        primitiveEntry: {
          type: TTypeId.VARCHAR,
          typeQualifiers: { qualifiers: new Map([['characterMaximumLength', { i32Value: 20 }]]) },
        },
      },
    ],
  ],
];

function columnDesc([columnName, types]: (typeof columns)[number], index: number) {
  return {
    columnName,
    typeDesc: { types },
    position: index + 1,
    ...(index === 0 ? { comment: 'the key' } : {}),
  };
}
