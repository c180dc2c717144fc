import {
  checkStatus,
  type HiveOperation,
  operationError,
  TOperationState,
  type TGetOperationStatusResp,
  type TProgressUpdateResp,
  type Transport,
} from '@senbon/hive-thrift';
import { pause } from '../pause.ts';

export interface OperationProgress {
  readonly state: TOperationState;
  /** 0 to 1; null when the server does not tell. */
  readonly fraction: number | null;
  /** Tasks or stages, as a table; null when the server does not tell. */
  readonly details: TProgressUpdateResp | null;
  readonly status: TGetOperationStatusResp;
}

/** Servers wait for a change before they answer; against one that does not, polls slow down to this. */
const MAX_PAUSE_MS = 200;
const FIRST_PAUSE_MS = 5;

/** Yields at every answer of the server, the last one FINISHED. Throws HiveError when the operation failed. */
export async function* followOperation(
  transport: Transport,
  operation: HiveOperation,
): AsyncGenerator<OperationProgress, void, undefined> {
  const request = { operationHandle: operation.handle, getProgressUpdate: true };
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    const status = await transport.call('GetOperationStatus', request);
    checkStatus(status.status, 'GetOperationStatus');
    switch (status.operationState) {
      case TOperationState.INITIALIZED:
      case TOperationState.PENDING:
      case TOperationState.RUNNING:
      case TOperationState.FINISHED:
        break;
      default:
        throw operationError(status);
    }
    yield progressOf(status);
    if (status.operationState === TOperationState.FINISHED) return;
    await pause(pauseMs);
  }
}

export function progressOf(status: TGetOperationStatusResp): OperationProgress {
  const { operationState: state = TOperationState.UKNOWN, progressUpdateResponse: details = null } = status;
  return { state, fraction: details === null ? null : clamp(details.progressedPercentage), details, status };
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
