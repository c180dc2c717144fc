import { type TOperationHandle, TOperationState, TProtocolVersion } from '@senbon/hive-thrift';
import type { Operation } from '../operation/operation.ts';

/** The handle as the client gets it, with what is known of the result by now. */
export function handleOf(operation: Operation): TOperationHandle {
  const { handle, modifiedRowCount } = operation;
  return {
    operationId: { guid: handle.guid, secret: handle.secret },
    operationType: operation.options.type,
    hasResultSet: operation.hasRowsAsAnnounced,
    ...(modifiedRowCount === undefined ? {} : { modifiedRowCount }),
  };
}

/** For the protocol of the operation's session: V8 and below have no TIMEDOUT. */
export function stateOf(operation: Operation): TOperationState {
  const { state, options } = operation;
  if (state === 'TIMEDOUT' && options.owner.protocol <= TProtocolVersion.V8) return TOperationState.CANCELED;
  return TOperationState[state];
}
