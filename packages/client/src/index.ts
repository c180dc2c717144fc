export { ClientError, type ClientErrorCode } from './client-error.ts';
export { connect } from './connect.ts';
export type { ClientTls, ConnectOptions } from './connect-options.ts';
export { Connection, type QueryOptions } from './connection/connection.ts';
export { type EngineDescription, EngineLaunch } from './connection/engine-launch.ts';
export type { OperationProgress } from './connection/operation-progress.ts';
export { QueryResult, type Row } from './connection/query-result.ts';
export type { Discover, DiscoveredServer, Lookup } from './discovery/discovered-server.ts';
export {
  type ColumnFilter,
  type FunctionFilter,
  Metadata,
  type SchemaFilter,
  type TableFilter,
  type TableName,
} from './metadata/metadata.ts';
export type {
  FunctionInfo,
  KeyColumnInfo,
  KeySide,
  ReferenceInfo,
  SchemaInfo,
  TableColumnInfo,
  TableInfo,
  TypeInfo,
} from './metadata/metadata-rows.ts';
export { bindParameters } from './parameters/bind-parameters.ts';
export type { Parameter, ParameterValue } from './parameters/literal.ts';
export { describeUrl, type HostPort, type JdbcUrl, parseJdbcUrl } from './url/jdbc-url.ts';
export {
  type ColumnBatch,
  type ColumnInfo,
  type ColumnVector,
  columnValues,
  ConnectionError,
  HiveError,
  HiveOperation,
  HiveSession,
  isNull,
  TOperationState as OperationState,
  type Value,
  valueAt,
} from '@senbon/hive-thrift';
