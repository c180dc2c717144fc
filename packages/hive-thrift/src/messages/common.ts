import type { MessageOf } from './codec.ts';
import { list } from './containers.ts';
import { TOperationType, TStatusCode } from './enums.ts';
import { binary, bool, double, enumeration, i32, string } from './scalars.ts';
import { field, struct } from './struct.ts';

export const THandleIdentifier = struct('THandleIdentifier', {
  /** 16 bytes: a UUID, most significant byte first. */
  guid: field(1, binary, 'required'),
  /** 16 bytes that prove the holder got the handle from the server. */
  secret: field(2, binary, 'required', 'secret'),
});
export type THandleIdentifier = MessageOf<typeof THandleIdentifier>;

export const TSessionHandle = struct('TSessionHandle', {
  sessionId: field(1, THandleIdentifier, 'required'),
});
export type TSessionHandle = MessageOf<typeof TSessionHandle>;

export const TOperationHandle = struct('TOperationHandle', {
  operationId: field(1, THandleIdentifier, 'required'),
  operationType: field(2, enumeration(TOperationType), 'required'),
  hasResultSet: field(3, bool, 'required'),
  modifiedRowCount: field(4, double, 'optional'),
});
export type TOperationHandle = MessageOf<typeof TOperationHandle>;

export const TStatus = struct('TStatus', {
  statusCode: field(1, enumeration(TStatusCode), 'required'),
  infoMessages: field(2, list(string), 'optional'),
  /** Five characters of ISO/IEC 9075. */
  sqlState: field(3, string, 'optional'),
  /** The vendor's own number. */
  errorCode: field(4, i32, 'optional'),
  errorMessage: field(5, string, 'optional'),
});
export type TStatus = MessageOf<typeof TStatus>;

/** The response of every call that only succeeds or fails. */
export const statusOnly = { status: field(1, TStatus, 'required') } as const;

/** The response of every call that starts an operation. */
export const statusAndOperation = {
  status: field(1, TStatus, 'required'),
  operationHandle: field(2, TOperationHandle, 'optional'),
} as const;
