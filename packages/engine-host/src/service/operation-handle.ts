import { timedOutState } from '@senbon/core';
import { type TOperationHandle, TOperationState } from '@senbon/hive-thrift';
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

/** For the protocol of the operation's session. */
export function stateOf(operation: Operation): TOperationState {
  const { state, options } = operation;
  return state === 'TIMEDOUT' ? timedOutState(options.owner.protocol) : TOperationState[state];
}
