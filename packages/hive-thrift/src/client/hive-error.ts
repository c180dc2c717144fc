import type { TStatus } from '../messages/common.ts';
import { TOperationState, TStatusCode } from '../messages/enums.ts';
import type { TGetOperationStatusResp } from '../messages/operation-calls.ts';

export interface HiveErrorInit {
  readonly message: string;
  readonly sqlState?: string | undefined;
  readonly errorCode?: number | undefined;
  readonly infoMessages?: readonly string[] | undefined;
  readonly statusCode?: TStatusCode;
  readonly operationState?: TOperationState;
}

/** The server ran the call and says that it failed: a TStatus of ERROR, or an operation that ended badly. */
export class HiveError extends Error {
  override readonly name = 'HiveError';
  /** Five characters; null when the server gave none. */
  readonly sqlState: string | null;
  /** The vendor's own number. */
  readonly errorCode: number | null;
  /** Servers in Java put their stack here. */
  readonly infoMessages: readonly string[];
  /** Null when it was the operation that failed, not the call. */
  readonly statusCode: TStatusCode | null;
  /** Null when it was the call that failed. */
  readonly operationState: TOperationState | null;

  constructor(init: HiveErrorInit) {
    super(init.message);
    this.sqlState = init.sqlState ?? null;
    this.errorCode = init.errorCode ?? null;
    this.infoMessages = init.infoMessages ?? [];
    this.statusCode = init.statusCode ?? null;
    this.operationState = init.operationState ?? null;
  }
}

/** Throws HiveError unless the status is one of success or still executing. `what` names the call. */
export function checkStatus(status: TStatus, what: string): void {
  const { statusCode, errorMessage, infoMessages, sqlState, errorCode } = status;
  if (statusCode < TStatusCode.ERROR) return;
  const reason =
    statusCode === TStatusCode.INVALID_HANDLE ? 'the server does not know the handle' : 'no reason given';
  throw new HiveError({
    message: errorMessage ?? infoMessages?.[0] ?? `${what} failed: ${reason}`,
    sqlState,
    errorCode,
    infoMessages,
    statusCode,
  });
}

/** What an operation that ended without a result is reported as; SQLSTATE 57014 = cancelled, as in the JDBC drivers. */
export function operationError(status: TGetOperationStatusResp): HiveError {
  const { operationState, errorMessage, sqlState, errorCode } = status;
  const [text, state] = defaults(operationState);
  return new HiveError({
    message: errorMessage ?? text,
    sqlState: sqlState ?? state,
    errorCode,
    ...(operationState === undefined ? {} : { operationState }),
  });
}

function defaults(state: TOperationState | undefined): [string, string | undefined] {
  switch (state) {
    case TOperationState.CANCELED:
      return ['the operation was cancelled', '57014'];
    case TOperationState.TIMEDOUT:
      return ['the operation timed out', 'HYT00'];
    case TOperationState.CLOSED:
      return ['the operation was closed', '24000'];
    default:
      return ['the operation failed, the server gave no reason', undefined];
  }
}
