export { ClientError, type ClientErrorCode } from './client-error.ts';
export { connect } from './connect.ts';
export type { ClientTls, ConnectOptions } from './connect-options.ts';
export { Connection, type QueryOptions } from './connection/connection.ts';
export { type EngineDescription, EngineLaunch } from './connection/engine-launch.ts';
export type { OperationProgress } from './connection/operation-progress.ts';
export { QueryResult, type Row } from './connection/query-result.ts';
export type { Discover, DiscoveredServer, Lookup } from './discovery/discovered-server.ts';
export { describeUrl, type HostPort, type JdbcUrl, parseJdbcUrl } from './url/jdbc-url.ts';
export {
  type ColumnBatch,
  type ColumnInfo,
  ConnectionError,
  HiveError,
  HiveOperation,
  HiveSession,
  TOperationState as OperationState,
  type Value,
} from '@senbon/hive-thrift';
