/** HiveServer2's states of an operation. */
export const OperationState = {
  INITIALIZED: 'INITIALIZED',
  /** Waits for a free place among the running statements. */
  PENDING: 'PENDING',
  RUNNING: 'RUNNING',
  /** Its rows, if any, can be fetched. */
  FINISHED: 'FINISHED',
  CANCELED: 'CANCELED',
  CLOSED: 'CLOSED',
  ERROR: 'ERROR',
  TIMEDOUT: 'TIMEDOUT',
} as const;
export type OperationState = (typeof OperationState)[keyof typeof OperationState];

/** FINISHED may still become CANCELED, TIMEDOUT or ERROR while its rows are being read from the engine. */
export const operationMoves: Readonly<Record<OperationState, readonly OperationState[]>> = {
  INITIALIZED: ['PENDING', 'CLOSED'],
  PENDING: ['RUNNING', 'CANCELED', 'TIMEDOUT', 'ERROR', 'CLOSED'],
  RUNNING: ['FINISHED', 'CANCELED', 'TIMEDOUT', 'ERROR', 'CLOSED'],
  FINISHED: ['CANCELED', 'TIMEDOUT', 'ERROR', 'CLOSED'],
  CANCELED: ['CLOSED'],
  ERROR: ['CLOSED'],
  TIMEDOUT: ['CLOSED'],
  CLOSED: [],
};

/** Not done yet: a call may wait for it. */
export function isUnderWay(state: OperationState): boolean {
  return state === 'INITIALIZED' || state === 'PENDING' || state === 'RUNNING';
}
