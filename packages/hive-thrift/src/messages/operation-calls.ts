import type { MessageOf } from './codec.ts';
import { statusAndOperation, statusOnly, TOperationHandle, TSessionHandle, TStatus } from './common.ts';
import { list, map } from './containers.ts';
import { TFetchOrientation, TJobExecutionStatus, TOperationState } from './enums.ts';
import { TRowSet } from './row-set.ts';
import { binary, bool, double, enumeration, i16, i32, i64, string } from './scalars.ts';
import { TTableSchema } from './schema.ts';
import { field, struct } from './struct.ts';

export const TExecuteStatementReq = struct('TExecuteStatementReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  statement: field(2, string, 'required'),
  confOverlay: field(3, map(string), 'optional'),
  /** Absent = false. */
  runAsync: field(4, bool, 'optional'),
  /** Seconds; absent or 0 = none. */
  queryTimeout: field(5, i64, 'optional'),
});
export type TExecuteStatementReq = MessageOf<typeof TExecuteStatementReq>;

export const TExecuteStatementResp = struct('TExecuteStatementResp', statusAndOperation);
export type TExecuteStatementResp = MessageOf<typeof TExecuteStatementResp>;

export const TGetOperationStatusReq = struct('TGetOperationStatusReq', {
  operationHandle: field(1, TOperationHandle, 'required'),
  getProgressUpdate: field(2, bool, 'optional'),
});
export type TGetOperationStatusReq = MessageOf<typeof TGetOperationStatusReq>;

export const TProgressUpdateResp = struct('TProgressUpdateResp', {
  headerNames: field(1, list(string), 'required'),
  rows: field(2, list(list(string)), 'required'),
  /** 0 to 1. */
  progressedPercentage: field(3, double, 'required'),
  status: field(4, enumeration(TJobExecutionStatus), 'required'),
  footerSummary: field(5, string, 'required'),
  /** Milliseconds since the epoch. */
  startTime: field(6, i64, 'required'),
});
export type TProgressUpdateResp = MessageOf<typeof TProgressUpdateResp>;

export const TGetOperationStatusResp = struct('TGetOperationStatusResp', {
  status: field(1, TStatus, 'required'),
  operationState: field(2, enumeration(TOperationState), 'optional'),
  /** Fields 3 to 5 tell why the state is ERROR (V5). */
  sqlState: field(3, string, 'optional'),
  errorCode: field(4, i32, 'optional'),
  errorMessage: field(5, string, 'optional'),
  /** JSON of Hive's tasks. */
  taskStatus: field(6, string, 'optional'),
  /** Milliseconds since the epoch. */
  operationStarted: field(7, i64, 'optional'),
  /** Milliseconds since the epoch. */
  operationCompleted: field(8, i64, 'optional'),
  hasResultSet: field(9, bool, 'optional'),
  progressUpdateResponse: field(10, TProgressUpdateResp, 'optional'),
  /** Hive 4. */
  numModifiedRows: field(11, i64, 'optional'),
});
export type TGetOperationStatusResp = MessageOf<typeof TGetOperationStatusResp>;

export const TCancelOperationReq = struct('TCancelOperationReq', {
  operationHandle: field(1, TOperationHandle, 'required'),
});
export type TCancelOperationReq = MessageOf<typeof TCancelOperationReq>;

export const TCancelOperationResp = struct('TCancelOperationResp', statusOnly);
export type TCancelOperationResp = MessageOf<typeof TCancelOperationResp>;

export const TCloseOperationReq = struct('TCloseOperationReq', {
  operationHandle: field(1, TOperationHandle, 'required'),
});
export type TCloseOperationReq = MessageOf<typeof TCloseOperationReq>;

export const TCloseOperationResp = struct('TCloseOperationResp', statusOnly);
export type TCloseOperationResp = MessageOf<typeof TCloseOperationResp>;

export const TGetResultSetMetadataReq = struct('TGetResultSetMetadataReq', {
  operationHandle: field(1, TOperationHandle, 'required'),
});
export type TGetResultSetMetadataReq = MessageOf<typeof TGetResultSetMetadataReq>;

export const TGetResultSetMetadataResp = struct('TGetResultSetMetadataResp', {
  status: field(1, TStatus, 'required'),
  schema: field(2, TTableSchema, 'optional'),
});
export type TGetResultSetMetadataResp = MessageOf<typeof TGetResultSetMetadataResp>;

export const TFetchResultsReq = struct('TFetchResultsReq', {
  operationHandle: field(1, TOperationHandle, 'required'),
  orientation: field(2, enumeration(TFetchOrientation), 'required'),
  maxRows: field(3, i64, 'required'),
  /** See `FetchType`; absent = results. */
  fetchType: field(4, i16, 'optional'),
});
export type TFetchResultsReq = MessageOf<typeof TFetchResultsReq>;

export const TFetchResultsResp = struct('TFetchResultsResp', {
  status: field(1, TStatus, 'required'),
  /** JDBC ignores it and reads until an empty row set. */
  hasMoreRows: field(2, bool, 'optional'),
  results: field(3, TRowSet, 'optional'),
});
export type TFetchResultsResp = MessageOf<typeof TFetchResultsResp>;

export const TGetQueryIdReq = struct('TGetQueryIdReq', {
  operationHandle: field(1, TOperationHandle, 'required'),
});
export type TGetQueryIdReq = MessageOf<typeof TGetQueryIdReq>;

/** The only response without a status. */
export const TGetQueryIdResp = struct('TGetQueryIdResp', { queryId: field(1, string, 'required') });
export type TGetQueryIdResp = MessageOf<typeof TGetQueryIdResp>;

/** Hive 4. */
export const TUploadDataReq = struct('TUploadDataReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  tableName: field(2, string, 'optional'),
  path: field(3, string, 'optional'),
  values: field(4, binary, 'required'),
});
export type TUploadDataReq = MessageOf<typeof TUploadDataReq>;

/** The handle is required in some copies of the IDL; a failure has none, so it is optional here. */
export const TUploadDataResp = struct('TUploadDataResp', statusAndOperation);
export type TUploadDataResp = MessageOf<typeof TUploadDataResp>;

/** Hive 4. */
export const TDownloadDataReq = struct('TDownloadDataReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  tableName: field(2, string, 'optional'),
  query: field(3, string, 'optional'),
  format: field(4, string, 'optional'),
  downloadOptions: field(5, map(string), 'optional'),
});
export type TDownloadDataReq = MessageOf<typeof TDownloadDataReq>;

export const TDownloadDataResp = struct('TDownloadDataResp', statusAndOperation);
export type TDownloadDataResp = MessageOf<typeof TDownloadDataResp>;
