import { encodeCall, type TGetOperationStatusResp, TOperationType } from '@senbon/hive-thrift';
import { SenbonError } from '../errors/senbon-error.ts';
import { atMost } from '../observe/at-most.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineRelay } from '../relay/engine-relay.ts';
import { readReply } from '../relay/read-reply.ts';
import type { Operation } from '../session/operation.ts';
import { timedOutState } from '../session/timed-out-state.ts';
import { isSuccess, OK } from './thrift-status.ts';

export interface OperationWatchOptions {
  readonly relay: EngineRelay;
  readonly clock: Clock;
}

/** The engine enforces a statement's time-out itself; the gateway steps in when it has not done so by then. */
const DEADLINE_GRACE_MS = 5_000;
/** Between two questions to an engine that answers at once instead of waiting for a change. */
const MIN_POLL_INTERVAL_MS = 20;

/** Follows operations on engines to their end. */
export class OperationWatch {
  readonly #options: OperationWatchOptions;

  constructor(options: OperationWatchOptions) {
    this.#options = options;
  }

  /** Asks the engine until the operation is over. Throws OPERATION_CANCELED when `gone` aborts. */
  async untilFinal(operation: Operation, gone?: AbortSignal): Promise<TGetOperationStatusResp> {
    const { clock } = this.#options;
    while (operation.finalStatus === null) {
      if (gone?.aborted === true) throw new SenbonError('OPERATION_CANCELED');
      const askedAtMs = clock.now();
      const status = await this.#ask(operation);
      if (!isSuccess(status.status)) {
        const problem = status.status.errorMessage ?? 'no reason given';
        throw new SenbonError(
          'STATEMENT_FAILED',
          { problem },
          status.status.sqlState === undefined ? {} : { sqlState: status.status.sqlState },
        );
      }
      operation.remember(status);
      if (operation.finalStatus === null && clock.now() - askedAtMs < MIN_POLL_INTERVAL_MS) {
        await new Promise<void>((resolve) => clock.after(MIN_POLL_INTERVAL_MS, resolve));
      }
    }
    return operation.finalStatus;
  }

  /** Cancels the operation on its engine if it still runs after its time-out, and reports it as timed out. */
  setDeadline(operation: Operation, timeoutSeconds: number): void {
    if (timeoutSeconds <= 0) return;
    operation.deadline = this.#options.clock.after(timeoutSeconds * 1000 + DEADLINE_GRACE_MS, () => {
      void this.#expire(operation, timeoutSeconds);
    });
  }

  /** A client that fetches without asking for the status has not made it known that the statement is over. */
  async #expire(operation: Operation, seconds: number): Promise<void> {
    const { clock } = this.#options;
    const asked = this.#ask(operation).then((status) => operation.remember(status));
    await atMost(clock, DEADLINE_GRACE_MS, asked).catch(() => {});
    if (operation.finalStatus !== null) return;
    const error = new SenbonError('OPERATION_TIMEOUT', { seconds });
    operation.finalStatus = {
      status: OK,
      operationState: timedOutState(operation.session.spec.protocol),
      sqlState: error.sqlState,
      errorMessage: error.message,
      operationCompleted: BigInt(clock.now()),
      hasResultSet: false,
    };
    // Whether the engine hears of it or not, the client has its answer.
    this.cancel(operation).catch(() => {});
  }

  async #ask(operation: Operation): Promise<TGetOperationStatusResp> {
    const request = encodeCall('GetOperationStatus', 0, { operationHandle: wireHandle(operation) });
    const reply = await this.#options.relay.ask(operation.session, 'GetOperationStatus', () => request);
    return readReply(operation.session.engineName, 'GetOperationStatus', reply);
  }

  /** On its engine. */
  async cancel(operation: Operation): Promise<void> {
    const request = encodeCall('CancelOperation', 0, { operationHandle: wireHandle(operation) });
    await this.#options.relay.ask(operation.session, 'CancelOperation', () => request);
  }
}

function wireHandle(operation: Operation) {
  return {
    operationId: operation.engineHandle,
    operationType: TOperationType.EXECUTE_STATEMENT,
    hasResultSet: false,
  };
}
