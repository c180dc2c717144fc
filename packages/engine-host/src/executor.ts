import type { ColumnBatch } from '@senbon/hive-thrift';

/**
 * What an engine author writes: run this SQL, give me column batches, cancel. `runEngine` turns it into a process with
 * all of HiveServer2's session and operation behaviour.
 */
export interface Executor {
  /** Answers of GetInfo. */
  readonly info: ExecutorInfo;
  /** Where the engine's temporary files go, with the executor's own; the system's directory when absent. */
  readonly tempDirectory?: string;
  /**
   * For an executor that works on something else: resolves, with what happened, when that is gone for good. The engine then
   * leaves discovery at once and ends. Never rejects.
   */
  readonly ended?: Promise<string>;
  openSession(spec: SessionSpec): Promise<ExecutorSession>;
  /** Releases everything; open sessions have been closed before. */
  close(): Promise<void>;
}

export interface ExecutorInfo {
  /** What the engine is called where it runs, such as a cluster's application id; one of the host's making when absent. */
  readonly engineId?: string;
  /** Registered with the engine's node, beside its id. */
  readonly attributes?: ReadonlyMap<string, string>;
  readonly serverName: string;
  readonly dbmsName: string;
  readonly dbmsVersion: string;
  /** Reserved words beyond those of SQL:2003, for `DatabaseMetaData.getSQLKeywords`. */
  readonly keywords?: readonly string[];
  /** What encloses a quoted identifier; a backtick when absent. */
  readonly identifierQuote?: string;
}

export interface SessionSpec {
  readonly id: string;
  readonly user: string;
  /**
   * The session's confs as normalised by the gateway. Live: `SET` of a key that the executor does not know is written
   * here, and a bare `SET` lists it.
   */
  readonly conf: Map<string, string>;
  /** From `use:database`; `default` when the client named none. */
  readonly database: string;
}

export interface ExecutorSession {
  /**
   * Runs one statement. Resolves when its first rows can be read; rejects with a `SenbonError` of code
   * `STATEMENT_FAILED` with the best SQLSTATE known. `signal` cancels it, also while rows are being read.
   */
  execute(statement: string, context: StatementContext): Promise<ExecutorResult>;
  /** Rows in the columns of `metadataSchemas[request.kind]`. */
  metadata(request: MetadataRequest, context: StatementContext): Promise<ResultCursor>;
  close(): Promise<void>;
}

export interface StatementContext {
  readonly signal: AbortSignal;
  /** Confs for this statement only. */
  readonly confOverlay: Readonly<Record<string, string>>;
  /** Appends a line to the operation log. */
  log(line: string): void;
  /**
   * Says where the statement's progress can be asked until it ends; absent where nobody asks. `read` is quick and never
   * throws; `null` = not known.
   */
  track?(read: () => StatementProgress | null): void;
}

/** How far a statement has come. */
export interface StatementProgress {
  /** 0 to 1. */
  readonly fraction: number;
  /** What is counted, as in `rows`; a word for people. */
  readonly unit: string;
  readonly done: number;
  /** As far as it is known by now. */
  readonly total: number;
}

export interface ExecutorResult {
  /** `null` for a statement without rows (`USE`, `SET k=v`, DDL). */
  readonly rows: { readonly schema: readonly ColumnSchema[]; readonly cursor: ResultCursor } | null;
  /** Rows inserted, updated or deleted, where that is known. */
  readonly modifiedRowCount?: number;
}

/** A forward reader of a result. Reads never overlap. */
export interface ResultCursor {
  /**
   * The next at most `maxRows` rows; `null` at the end. The batch is the caller's: its buffers are kept as they are for
   * FETCH_FIRST and must not be written again. A cursor that cannot read to its true end throws:
   * a short result is never passed off as a whole one.
   */
  next(maxRows: number): Promise<ColumnBatch | null>;
  close(): Promise<void>;
}

export interface ColumnSchema {
  readonly name: string;
  readonly type: HiveType;
  readonly comment?: string;
}

/** A Hive type as drivers see it; `precision`, `scale` and `maxLength` travel as type qualifiers. */
export interface HiveType {
  readonly name: HiveTypeName;
  readonly precision?: number;
  readonly scale?: number;
  readonly maxLength?: number;
}

/**
 * And the vector that carries it: BOOLEAN bool, TINYINT i8, SMALLINT i16, INT i32, BIGINT i64, FLOAT and DOUBLE double,
 * BINARY binary, everything else string in Hive's text form.
 */
export type HiveTypeName =
  | 'BOOLEAN'
  | 'TINYINT'
  | 'SMALLINT'
  | 'INT'
  | 'BIGINT'
  | 'FLOAT'
  | 'DOUBLE'
  | 'STRING'
  | 'VARCHAR'
  | 'CHAR'
  | 'TIMESTAMP'
  | 'TIMESTAMPLOCALTZ'
  | 'DATE'
  | 'BINARY'
  | 'DECIMAL'
  | 'ARRAY'
  | 'MAP'
  | 'STRUCT'
  | 'UNION'
  | 'NULL'
  | 'INTERVAL_YEAR_MONTH'
  | 'INTERVAL_DAY_TIME';

/** A metadata call. Patterns are JDBC's: `%`, `_`, `\` as escape; `null` = do not filter. */
export type MetadataRequest =
  | { readonly kind: 'catalogs' }
  | { readonly kind: 'tableTypes' }
  | { readonly kind: 'typeInfo' }
  | { readonly kind: 'schemas'; readonly catalog: string | null; readonly schemaPattern: string | null }
  | {
      readonly kind: 'tables';
      readonly catalog: string | null;
      readonly schemaPattern: string | null;
      readonly tablePattern: string | null;
      readonly tableTypes: readonly string[] | null;
    }
  | {
      readonly kind: 'columns';
      readonly catalog: string | null;
      readonly schemaPattern: string | null;
      readonly tablePattern: string | null;
      readonly columnPattern: string | null;
    }
  | {
      readonly kind: 'functions';
      readonly catalog: string | null;
      readonly schemaPattern: string | null;
      readonly functionPattern: string;
    }
  | {
      readonly kind: 'primaryKeys';
      readonly catalog: string | null;
      readonly schema: string | null;
      readonly table: string | null;
    }
  | {
      readonly kind: 'crossReference';
      readonly parent: TableName;
      readonly foreign: TableName;
    };

export interface TableName {
  readonly catalog: string | null;
  readonly schema: string | null;
  readonly table: string | null;
}

export type MetadataKind = MetadataRequest['kind'];
