export { MAX_REQUEST_VALUES } from './bytes/limits.ts';
export { HiveClient, type HiveClientOptions, type OpenSessionOptions } from './client/hive-client.ts';
export { checkStatus, HiveError, type HiveErrorInit, operationError } from './client/hive-error.ts';
export {
  type ColumnInfo,
  DEFAULT_FETCH_ROWS,
  type FetchedBatch,
  HiveOperation,
  type ReadOptions,
  type WaitOptions,
} from './client/hive-operation.ts';
export { type ExecuteOptions, HiveSession, type SessionInit } from './client/hive-session.ts';
export { type HttpAuth, HttpTransport, type HttpTransportOptions } from './client/http-transport.ts';
export type { ClientAuth } from './client/open-socket.ts';
export { type ConnectOptions, ThriftConnection } from './client/thrift-connection.ts';
export {
  type CallOptions,
  type CloseOptions,
  callOver,
  ConnectionError,
  type ConnectionErrorKind,
  DEFAULT_CALL_TIMEOUT_MS,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_MAX_MESSAGE_BYTES,
  type Transport,
} from './client/transport.ts';
export { dispatch, type DispatchOptions } from './dispatch/dispatch.ts';
export { EncodedReply, type Handlers } from './dispatch/handlers.ts';
export {
  ApplicationError,
  ApplicationErrorType,
  ThriftProtocolError,
  type ThriftProtocolErrorKind,
} from './errors.ts';
export { FRAME_HEADER_BYTES, frame, frameHeader } from './framing/frame.ts';
export { FrameDecoder, type FrameDecoderOptions } from './framing/frame-decoder.ts';
export { MessageScanner, type MessageScannerOptions } from './framing/message-scanner.ts';
export { decodeReply, decodeRequest, encodeCall, encodeException, encodeReply } from './messages/calls.ts';
export type { Codec, MessageOf } from './messages/codec.ts';
export * from './messages/enums.ts';
export { type Envelope, MessageType, patchSeqId, readEnvelope } from './messages/envelope.ts';
export { type HandleLocation, locateHandle } from './messages/locate-handle.ts';
export {
  isMethodName,
  type MethodName,
  methods,
  type RequestOf,
  type ResponseOf,
} from './messages/methods.ts';
export { print } from './messages/print.ts';
export * from './messages/tables.ts';
export { typeId, typeName, typeQualifier } from './messages/type-name.ts';
export type { ColumnBatch, ColumnKind, ColumnVector, FixedColumn, VariableColumn } from './rowset/column.ts';
export { columnOf, columnValues, type Value, type ValueByKind, valueAt } from './rowset/column-values.ts';
export {
  type DecodedFetchReply,
  type DecodedRowSet,
  decodeFetchReply,
  decodeRowSet,
} from './rowset/decode-row-set.ts';
export { encodeFetchReply, encodeRowSetColumns, type FetchReply } from './rowset/encode-fetch-reply.ts';
export { hasNulls, isNull } from './rowset/nulls.ts';
export { DEFAULT_MAX_SASL_PAYLOAD_BYTES, NegotiationStatus, SaslError } from './sasl/frame.ts';
export { SaslPlainClient, type SaslClientStep, type SaslPlainClientOptions } from './sasl/plain-client.ts';
export type { SaslCredentials } from './sasl/plain-message.ts';
export { SaslPlainServer, type SaslPlainServerOptions, type SaslServerStep } from './sasl/plain-server.ts';
