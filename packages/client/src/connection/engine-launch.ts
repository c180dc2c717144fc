import {
  type CallOptions,
  checkStatus,
  type HiveOperation,
  type HiveSession,
  operationError,
  TOperationState,
  TOperationType,
} from '@senbon/hive-thrift';
import { pause } from '../pause.ts';

/** What a gateway tells of a session's engine. Empty when it does not say. */
export interface EngineDescription {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly refId: string;
}

const GUID = 'kyuubi.session.engine.launch.handle.guid';
const SECRET = 'kyuubi.session.engine.launch.handle.secret';
const HAS_RESULT = 'kyuubi.session.engine.launch.support.result';
const HANDLE_BYTES = 16;
/** A server that does not wait for a change is asked this often, as Kyuubi's driver asks. */
const POLL_PAUSE_MS = 300;
/** A log call gives this many at most; at the end the rest is drained, within reason. */
const MAX_DRAIN_CALLS = 100;

/** The operation that launches a session's engine; statements wait for it on the server. */
export class EngineLaunch {
  readonly #operation: HiveOperation;
  readonly #hasResult: boolean;
  /** The server gives it once. */
  #description: EngineDescription | null = null;

  constructor(operation: HiveOperation, hasResult: boolean) {
    this.#operation = operation;
    this.#hasResult = hasResult;
  }

  /** Lines of the launch log as they come, until the launch is over, well or not: `wait` tells. */
  async *log(options: CallOptions = {}): AsyncGenerator<string, void, undefined> {
    for (;;) {
      yield* await this.#operation.log(options);
      const askedAtMs = performance.now();
      const { status, operationState } = await this.#operation.status(options);
      checkStatus(status, 'GetOperationStatus');
      if (!isUnderWay(operationState)) break;
      const waitedMs = performance.now() - askedAtMs;
      if (waitedMs < POLL_PAUSE_MS) await pause(POLL_PAUSE_MS - waitedMs, options.signal);
    }
    for (let call = 0; call < MAX_DRAIN_CALLS; call++) {
      const lines = await this.#operation.log(options);
      if (lines.length === 0) return;
      yield* lines;
    }
  }

  /** Until the engine is there. Throws HiveError with the launcher's words when it could not be started. */
  async wait(options: CallOptions = {}): Promise<EngineDescription> {
    if (this.#description !== null) return this.#description;
    for (;;) {
      const status = await this.#operation.status(options);
      const { operationState } = status;
      // The server gives the operation back when the launch is long over.
      if (operationState === TOperationState.FINISHED || operationState === TOperationState.CLOSED) break;
      if (!isUnderWay(operationState)) throw operationError(status);
      await pause(POLL_PAUSE_MS, options.signal);
    }
    this.#description = await this.#describe(options);
    return this.#description;
  }

  async #describe(options: CallOptions): Promise<EngineDescription> {
    const values = new Map<string, string>();
    if (this.#hasResult) {
      for await (const [key, value] of this.#operation.rows(options))
        values.set(String(key), String(value ?? ''));
    }
    const text = (key: string): string => values.get(key) ?? '';
    return { id: text('id'), name: text('name'), url: text('url'), refId: text('refId') };
  }
}

/** Null for servers that have no engines: Hive, Spark's Thrift server. */
export function launchOf(session: HiveSession): EngineLaunch | null {
  const guid = Buffer.from(session.configuration.get(GUID) ?? '', 'base64');
  const secret = Buffer.from(session.configuration.get(SECRET) ?? '', 'base64');
  if (guid.length !== HANDLE_BYTES || secret.length !== HANDLE_BYTES) return null;
  const operation = session.operation({
    operationId: { guid, secret },
    operationType: TOperationType.UNKNOWN,
    hasResultSet: false,
  });
  return new EngineLaunch(operation, session.configuration.get(HAS_RESULT) === 'true');
}

function isUnderWay(state: TOperationState | undefined): boolean {
  return (
    state === TOperationState.INITIALIZED ||
    state === TOperationState.PENDING ||
    state === TOperationState.RUNNING
  );
}
