import { TOperationState, TProtocolVersion } from '@senbon/hive-thrift';

/** What a client of this protocol is told of an operation that timed out: V8 and below have no TIMEDOUT. */
export function timedOutState(protocol: TProtocolVersion): TOperationState {
  return protocol <= TProtocolVersion.V8 ? TOperationState.CANCELED : TOperationState.TIMEDOUT;
}
