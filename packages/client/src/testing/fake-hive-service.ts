import {
  type ColumnBatch,
  columnOf,
  EncodedReply,
  encodeFetchReply,
  FetchType,
  type Handlers,
  type TColumnDesc,
  type TFetchResultsReq,
  type TGetOperationStatusResp,
  type TOpenSessionReq,
  TOperationState,
  TOperationType,
  TProtocolVersion,
  TStatusCode,
  type TStatus,
  TTypeId,
  type Value,
} from '@senbon/hive-thrift';
import { randomBytes } from 'node:crypto';

export interface FakeColumn {
  readonly name: string;
  readonly type: TTypeId;
}

export interface FakeStatement {
  readonly columns?: readonly FakeColumn[];
  readonly rows?: readonly (readonly Value[])[];
  /** In place of rows: the batch behind `offset`; an empty one ends the result. */
  readonly batch?: (offset: number, maxRows: number) => ColumnBatch;
  readonly error?: { readonly message: string; readonly sqlState?: string; readonly errorCode?: number };
  /** The error comes as ExecuteStatement's own answer. */
  readonly failsAtOnce?: boolean;
  /** Runs until it is cancelled. */
  readonly hangs?: boolean;
  /** One a status call, until it has finished. */
  readonly progress?: readonly number[];
  readonly log?: readonly string[];
}

export interface FakeLaunch {
  readonly lines: readonly string[];
  readonly error?: string;
}

export interface FakeServiceOptions {
  readonly statement?: (sql: string) => FakeStatement;
  /** Called when a statement has come; its answer waits for the promise. */
  readonly onExecute?: () => Promise<void>;
  /** As `onExecute`, of a cancel. */
  readonly onCancel?: () => Promise<void>;
  readonly tables?: readonly string[];
  /** What GetInfo(DBMS_NAME) says. */
  readonly dbms?: string;
  readonly launch?: FakeLaunch;
  /** The answer to OpenSession. */
  readonly openError?: { readonly message: string; readonly sqlState: string };
  /** How long a status call of an unfinished statement is held back. */
  readonly statusDelayMs?: number;
}

interface Running {
  readonly statement: FakeStatement;
  state: TOperationState;
  offset: number;
  polls: number;
  logCursor: number;
  readonly changed: Promise<void>;
  change: () => void;
}

export interface FakeContext {
  readonly user: string | null;
}

const OK: TStatus = { statusCode: TStatusCode.SUCCESS };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const newId = () => ({ guid: randomBytes(16), secret: randomBytes(16) });

/** HiveServer2 as far as a client sees it, with scripted statements. */
export class FakeHiveService {
  readonly opened: { readonly request: TOpenSessionReq; readonly user: string | null }[] = [];
  readonly executed: string[] = [];
  readonly calls: string[] = [];
  readonly openOperations = new Set<string>();
  readonly openSessions = new Set<string>();
  readonly #options: FakeServiceOptions;
  readonly #operations = new Map<string, Running>();

  constructor(options: FakeServiceOptions) {
    this.#options = options;
  }

  readonly handlers: Handlers<FakeContext> = {
    OpenSession: async (request, { user }) => {
      this.calls.push('OpenSession');
      this.opened.push({ request, user });
      const { openError, launch } = this.#options;
      const serverProtocolVersion = Math.min(
        request.clientProtocol,
        TProtocolVersion.V10,
      ) as TProtocolVersion;
      if (openError !== undefined) {
        const status = { statusCode: TStatusCode.ERROR, sqlState: openError.sqlState };
        return { status: { ...status, errorMessage: openError.message }, serverProtocolVersion };
      }
      const sessionId = newId();
      this.openSessions.add(hex(sessionId.guid));
      const configuration = new Map<string, string>();
      if (launch !== undefined) this.#addLaunch(launch, configuration);
      return { status: OK, serverProtocolVersion, sessionHandle: { sessionId }, configuration };
    },
    CloseSession: async ({ sessionHandle }) => {
      this.calls.push('CloseSession');
      this.openSessions.delete(hex(sessionHandle.sessionId.guid));
      return { status: OK };
    },
    GetInfo: async () => ({ status: OK, infoValue: { stringValue: this.#options.dbms ?? 'Fake' } }),
    GetTables: async () => {
      const columns = ['TABLE_CAT', 'TABLE_SCHEM', 'TABLE_NAME', 'TABLE_TYPE', 'REMARKS'];
      const names = this.#options.tables ?? [];
      return this.#start({
        columns: columns.map((name) => ({ name, type: TTypeId.STRING })),
        rows: names.map((name) => ['', 'default', name, 'TABLE', '']),
      });
    },
    ExecuteStatement: async ({ statement: sql }) => {
      this.calls.push('ExecuteStatement');
      this.executed.push(sql);
      await this.#options.onExecute?.();
      const statement = this.#options.statement?.(sql) ?? {};
      if (statement.error !== undefined && statement.failsAtOnce === true) {
        const { message, ...codes } = statement.error;
        return { status: { statusCode: TStatusCode.ERROR, errorMessage: message, ...codes } };
      }
      return this.#start(statement);
    },
    GetOperationStatus: async ({ operationHandle }) => {
      this.calls.push('GetOperationStatus');
      return this.#status(this.#find(operationHandle.operationId.guid));
    },
    GetResultSetMetadata: async ({ operationHandle }) => {
      const { columns = [] } = this.#find(operationHandle.operationId.guid).statement;
      return { status: OK, schema: { columns: columns.map(describe) } };
    },
    FetchResults: async (request) => {
      this.calls.push('FetchResults');
      return this.#fetch(request);
    },
    CancelOperation: async ({ operationHandle }) => {
      this.calls.push('CancelOperation');
      await this.#options.onCancel?.();
      if (!this.openOperations.has(hex(operationHandle.operationId.guid))) {
        return { status: { statusCode: TStatusCode.ERROR, errorMessage: 'Invalid OperationHandle' } };
      }
      const operation = this.#find(operationHandle.operationId.guid);
      operation.state = TOperationState.CANCELED;
      operation.change();
      return { status: OK };
    },
    CloseOperation: async ({ operationHandle }) => {
      this.calls.push('CloseOperation');
      this.openOperations.delete(hex(operationHandle.operationId.guid));
      return { status: OK };
    },
  };

  #addLaunch({ lines, error }: FakeLaunch, configuration: Map<string, string>): void {
    const id = newId();
    const rows = [
      ['id', 'engine-1'],
      ['name', 'fake engine'],
      ['state', 'RUNNING'],
      ['url', ''],
      ['error', ''],
      ['refId', 'ref-1'],
    ];
    const columns = ['key', 'value'].map((name) => ({ name, type: TTypeId.STRING }));
    this.#add(id.guid, {
      columns,
      rows,
      log: lines,
      progress: [0, 0],
      ...(error === undefined ? {} : { error: { message: error, sqlState: '08001' } }),
    });
    const prefix = 'kyuubi.session.engine.launch';
    configuration.set(`${prefix}.handle.guid`, id.guid.toString('base64'));
    configuration.set(`${prefix}.handle.secret`, id.secret.toString('base64'));
    configuration.set(`${prefix}.support.result`, 'true');
  }

  #add(guid: Uint8Array, statement: FakeStatement): void {
    let change = (): void => {};
    const changed = new Promise<void>((resolve) => {
      change = resolve;
    });
    const state = TOperationState.RUNNING;
    const operation = { statement, state, offset: 0, polls: 0, logCursor: 0, changed, change };
    this.#operations.set(hex(guid), operation);
  }

  #start(statement: FakeStatement) {
    const operationId = newId();
    this.#add(operationId.guid, statement);
    this.openOperations.add(hex(operationId.guid));
    const hasResultSet = statement.columns !== undefined;
    const operationType = TOperationType.EXECUTE_STATEMENT;
    return { status: OK, operationHandle: { operationId, operationType, hasResultSet } };
  }

  #find(guid: Uint8Array): Running {
    const operation = this.#operations.get(hex(guid));
    if (operation === undefined) throw new Error(`no operation ${hex(guid)}`);
    return operation;
  }

  async #status(operation: Running): Promise<TGetOperationStatusResp> {
    const { statement } = operation;
    const fraction = statement.progress?.[operation.polls++];
    const isOver = statement.hangs !== true && fraction === undefined;
    if (operation.state === TOperationState.RUNNING && !isOver) {
      const delay = statement.hangs === true ? (this.#options.statusDelayMs ?? 50) : 0;
      // Held back whatever happens, as a server does that does not notice a cancel.
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
    if (operation.state === TOperationState.CANCELED) {
      return { status: OK, operationState: operation.state, sqlState: '57014', errorMessage: 'cancelled' };
    }
    if (!isOver) return { status: OK, operationState: operation.state, ...progressOf(fraction) };
    if (statement.error !== undefined) {
      const { message, ...codes } = statement.error;
      return { status: OK, operationState: TOperationState.ERROR, errorMessage: message, ...codes };
    }
    operation.state = TOperationState.FINISHED;
    return { status: OK, operationState: operation.state, hasResultSet: statement.columns !== undefined };
  }

  #fetch(request: TFetchResultsReq) {
    const operation = this.#find(request.operationHandle.operationId.guid);
    const maxRows = Number(request.maxRows);
    if (request.fetchType === FetchType.LOG) {
      const lines = (operation.statement.log ?? []).slice(operation.logCursor, operation.polls + 1);
      operation.logCursor += lines.length;
      const batch = { rowCount: lines.length, columns: [columnOf('string', lines)] };
      return reply(0, batch);
    }
    if (operation.state === TOperationState.CANCELED) {
      const status = { statusCode: TStatusCode.ERROR, sqlState: '57014', errorMessage: 'cancelled' };
      return { status };
    }
    const { offset } = operation;
    const batch =
      operation.statement.batch?.(offset, maxRows) ?? rowsOf(operation.statement, offset, maxRows);
    operation.offset += batch.rowCount;
    return reply(offset, batch);
  }
}

function reply(offset: number, batch: ColumnBatch): EncodedReply {
  return new EncodedReply(
    encodeFetchReply({ startRowOffset: BigInt(offset), batch, rowBased: false, hasMoreRows: false }),
  );
}

const kinds = new Map<number, 'bool' | 'i8' | 'i16' | 'i32' | 'i64' | 'double' | 'binary'>([
  [TTypeId.BOOLEAN, 'bool'],
  [TTypeId.TINYINT, 'i8'],
  [TTypeId.SMALLINT, 'i16'],
  [TTypeId.INT, 'i32'],
  [TTypeId.BIGINT, 'i64'],
  [TTypeId.FLOAT, 'double'],
  [TTypeId.DOUBLE, 'double'],
  [TTypeId.BINARY, 'binary'],
]);

function rowsOf(statement: FakeStatement, offset: number, maxRows: number): ColumnBatch {
  const rows = (statement.rows ?? []).slice(offset, offset + maxRows);
  const columns = (statement.columns ?? []).map(({ type }, i) =>
    columnOf(kinds.get(type) ?? 'string', rows.map((row) => row[i] ?? null) as never[]),
  );
  return { rowCount: rows.length, columns };
}

function describe({ name, type }: FakeColumn, index: number): TColumnDesc {
  return { columnName: name, position: index + 1, typeDesc: { types: [{ primitiveEntry: { type } }] } };
}

function progressOf(fraction: number | undefined): Partial<TGetOperationStatusResp> {
  if (fraction === undefined) return {};
  const table = { headerNames: [], rows: [], footerSummary: '', startTime: 0n, status: 0 } as const;
  return {
    progressUpdateResponse: { ...table, headerNames: [], rows: [], progressedPercentage: fraction },
  };
}
