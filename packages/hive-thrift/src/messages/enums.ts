/**
 * V1 = 0. What each brought: V2 asynchronous execution; V3 varchar and type qualifiers; V4 decimal's precision and scale,
 * char; V5 error details in GetOperationStatus; V6 columnar row sets and real binary; V7 delegation tokens; V8 interval
 * types; V9 row sets serialized by a SerDe; V10 progress in GetOperationStatus; V11 timestamp with local time zone.
 * The server answers with the smaller of both sides' versions.
 */
export const TProtocolVersion = {
  V1: 0,
  V2: 1,
  V3: 2,
  V4: 3,
  V5: 4,
  V6: 5,
  V7: 6,
  V8: 7,
  V9: 8,
  V10: 9,
  V11: 10,
} as const;
export type TProtocolVersion = (typeof TProtocolVersion)[keyof typeof TProtocolVersion];

/** Row sets are columnar from V6 on and lists of rows before. */
export function isColumnar(version: TProtocolVersion): boolean {
  return version >= TProtocolVersion.V6;
}

export const TStatusCode = {
  SUCCESS: 0,
  SUCCESS_WITH_INFO: 1,
  STILL_EXECUTING: 2,
  ERROR: 3,
  INVALID_HANDLE: 4,
} as const;
export type TStatusCode = (typeof TStatusCode)[keyof typeof TStatusCode];

export const TOperationState = {
  INITIALIZED: 0,
  RUNNING: 1,
  FINISHED: 2,
  CANCELED: 3,
  CLOSED: 4,
  ERROR: 5,
  /** Spelt so in the IDL. */
  UKNOWN: 6,
  PENDING: 7,
  /** Clients of V8 and below know no TIMEDOUT; they are told CANCELED. */
  TIMEDOUT: 8,
} as const;
export type TOperationState = (typeof TOperationState)[keyof typeof TOperationState];

export const TOperationType = {
  EXECUTE_STATEMENT: 0,
  GET_TYPE_INFO: 1,
  GET_CATALOGS: 2,
  GET_SCHEMAS: 3,
  GET_TABLES: 4,
  GET_TABLE_TYPES: 5,
  GET_COLUMNS: 6,
  GET_FUNCTIONS: 7,
  UNKNOWN: 8,
  /** Hive 4. */
  PROCEDURAL_SQL: 9,
} as const;
export type TOperationType = (typeof TOperationType)[keyof typeof TOperationType];

export const TFetchOrientation = {
  FETCH_NEXT: 0,
  FETCH_PRIOR: 1,
  FETCH_RELATIVE: 2,
  FETCH_ABSOLUTE: 3,
  FETCH_FIRST: 4,
  FETCH_LAST: 5,
} as const;
export type TFetchOrientation = (typeof TFetchOrientation)[keyof typeof TFetchOrientation];

/** `fetchType` of FetchResults; an i16 in the IDL, without names there. */
export const FetchType = { RESULTS: 0, LOG: 1 } as const;
export type FetchType = (typeof FetchType)[keyof typeof FetchType];

export const TTypeId = {
  BOOLEAN: 0,
  TINYINT: 1,
  SMALLINT: 2,
  INT: 3,
  BIGINT: 4,
  FLOAT: 5,
  DOUBLE: 6,
  STRING: 7,
  TIMESTAMP: 8,
  BINARY: 9,
  ARRAY: 10,
  MAP: 11,
  STRUCT: 12,
  UNION: 13,
  USER_DEFINED: 14,
  DECIMAL: 15,
  NULL: 16,
  DATE: 17,
  VARCHAR: 18,
  CHAR: 19,
  INTERVAL_YEAR_MONTH: 20,
  INTERVAL_DAY_TIME: 21,
  /** TIMESTAMPTZ in older copies of the IDL. */
  TIMESTAMPLOCALTZ: 22,
} as const;
export type TTypeId = (typeof TTypeId)[keyof typeof TTypeId];

/** Keys of `TTypeQualifiers`. */
export const TypeQualifier = {
  CHARACTER_MAXIMUM_LENGTH: 'characterMaximumLength',
  PRECISION: 'precision',
  SCALE: 'scale',
} as const;
export type TypeQualifier = (typeof TypeQualifier)[keyof typeof TypeQualifier];

export const TJobExecutionStatus = { IN_PROGRESS: 0, COMPLETE: 1, NOT_AVAILABLE: 2 } as const;
export type TJobExecutionStatus = (typeof TJobExecutionStatus)[keyof typeof TJobExecutionStatus];

/** ODBC's and the X/Open CLI's numbers. */
export const TGetInfoType = {
  MAX_DRIVER_CONNECTIONS: 0,
  MAX_CONCURRENT_ACTIVITIES: 1,
  DATA_SOURCE_NAME: 2,
  FETCH_DIRECTION: 8,
  SERVER_NAME: 13,
  SEARCH_PATTERN_ESCAPE: 14,
  DBMS_NAME: 17,
  DBMS_VER: 18,
  ACCESSIBLE_TABLES: 19,
  ACCESSIBLE_PROCEDURES: 20,
  CURSOR_COMMIT_BEHAVIOR: 23,
  DATA_SOURCE_READ_ONLY: 25,
  DEFAULT_TXN_ISOLATION: 26,
  IDENTIFIER_CASE: 28,
  IDENTIFIER_QUOTE_CHAR: 29,
  MAX_COLUMN_NAME_LEN: 30,
  MAX_CURSOR_NAME_LEN: 31,
  MAX_SCHEMA_NAME_LEN: 32,
  MAX_CATALOG_NAME_LEN: 34,
  MAX_TABLE_NAME_LEN: 35,
  SCROLL_CONCURRENCY: 43,
  TXN_CAPABLE: 46,
  USER_NAME: 47,
  TXN_ISOLATION_OPTION: 72,
  INTEGRITY: 73,
  GETDATA_EXTENSIONS: 81,
  NULL_COLLATION: 85,
  ALTER_TABLE: 86,
  ORDER_BY_COLUMNS_IN_SELECT: 90,
  SPECIAL_CHARACTERS: 94,
  MAX_COLUMNS_IN_GROUP_BY: 97,
  MAX_COLUMNS_IN_INDEX: 98,
  MAX_COLUMNS_IN_ORDER_BY: 99,
  MAX_COLUMNS_IN_SELECT: 100,
  MAX_COLUMNS_IN_TABLE: 101,
  MAX_INDEX_SIZE: 102,
  MAX_ROW_SIZE: 104,
  MAX_STATEMENT_LEN: 105,
  MAX_TABLES_IN_SELECT: 106,
  MAX_USER_NAME_LEN: 107,
  OJ_CAPABILITIES: 115,
  XOPEN_CLI_YEAR: 10000,
  CURSOR_SENSITIVITY: 10001,
  DESCRIBE_PARAMETER: 10002,
  CATALOG_NAME: 10003,
  COLLATION_SEQ: 10004,
  MAX_IDENTIFIER_LEN: 10005,
  /** Hive 4. */
  ODBC_KEYWORDS: 10006,
} as const;
export type TGetInfoType = (typeof TGetInfoType)[keyof typeof TGetInfoType];
