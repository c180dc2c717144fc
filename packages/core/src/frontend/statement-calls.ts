import {
  encodeCall,
  type MethodName,
  type ResponseOf,
  type TExecuteStatementReq,
  type TExecuteStatementResp,
  type TGetOperationStatusResp,
  TOperationState,
  TStatusCode,
} from '@senbon/hive-thrift';
import type { AreaConfig } from '../config/area.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { EngineRelay } from '../relay/engine-relay.ts';
import { readReply } from '../relay/read-reply.ts';
import type { sessionArea } from '../session/config.ts';
import { createHandle, type NamedHandle } from '../session/handle.ts';
import { Operation } from '../session/operation.ts';
import type { Session } from '../session/session.ts';
import type { SessionManager } from '../session/session-manager.ts';
import type { Call } from './call.ts';
import type { OperationWatch } from './operation-watch.ts';
import { isSuccess } from './thrift-status.ts';

export interface StatementCallsOptions {
  readonly manager: SessionManager;
  readonly relay: EngineRelay;
  readonly watch: OperationWatch;
  readonly config: AreaConfig<typeof sessionArea>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Drivers send the largest i64 to say none; a timer cannot be set for that long, and 68 years will do. */
const MAX_TIMEOUT_SECONDS = 0x7fff_ffff;

type OperationStart = ResponseOf<'GetTables'>;

/** The calls that start an operation. */
export class StatementCalls {
  readonly #options: StatementCallsOptions;

  constructor(options: StatementCallsOptions) {
    this.#options = options;
  }

  async execute(call: Call<'ExecuteStatement'>): Promise<void> {
    const { manager, logger, watch } = this.#options;
    const session = manager.directory.sessionOf(call.handle(), call.client.user);
    const request = call.request();
    const handle = createHandle();
    const timeoutSeconds = this.#timeoutOf(request);
    const response = await this.#start(session, call, { handle, request, timeoutSeconds });
    if (!isSuccess(response.status) || response.operationHandle === undefined) return call.reply(response);
    logger.debug(`Processing ${session.spec.user}'s query[${handle.id}]`);
    const operation = this.#register(session, response, handle);
    watch.setDeadline(operation, timeoutSeconds);
    const gone = this.#abandonWith(operation, call.client.gone?.());
    const final = request.runAsync === true ? null : await this.#untilFinal(operation, gone);
    if (final !== null && final.operationState !== TOperationState.FINISHED) {
      manager.closeOperation(operation);
      return call.reply({ status: failureOf(final) });
    }
    await call.reply(withHandle(response, operation, final?.hasResultSet));
  }

  /** GetTables and its kin: relayed as sent; the reply's handle is replaced by one of ours. */
  async metadata(call: Call<MethodName>): Promise<void> {
    const { manager, relay } = this.#options;
    const session = manager.directory.sessionOf(call.handle(), call.client.user);
    const reply = await relay.ask(session, call.method, (engine) => call.patched(engine.handle));
    const response = readReply(session.engineName, call.method, reply) as OperationStart;
    if (!isSuccess(response.status) || response.operationHandle === undefined) return call.reply(response);
    const operation = this.#register(session, response, createHandle());
    this.#abandonWith(operation, call.client.gone?.());
    await call.reply(withHandle(response, operation));
  }

  async #start(
    session: Session,
    call: Call<'ExecuteStatement'>,
    statement: Statement,
  ): Promise<TExecuteStatementResp> {
    const { handle, request, timeoutSeconds } = statement;
    const confOverlay = new Map(request.confOverlay ?? []).set('kyuubi.operation.handle', handle.id);
    const reply = await this.#options.relay.ask(session, 'ExecuteStatement', (engine) =>
      encodeCall('ExecuteStatement', call.seqId, {
        sessionHandle: { sessionId: engine.handle },
        statement: request.statement,
        confOverlay,
        // Always asynchronous toward the engine: a connection is held for a moment, not for a statement.
        runAsync: true,
        queryTimeout: BigInt(timeoutSeconds),
      }),
    );
    return readReply(session.engineName, 'ExecuteStatement', reply);
  }

  /** The client never gets to know the handle of an operation that cannot be followed, so it could not close it. */
  async #untilFinal(operation: Operation, gone?: AbortSignal): Promise<TGetOperationStatusResp> {
    const { manager, watch } = this.#options;
    try {
      return await watch.untilFinal(operation, gone);
    } catch (error) {
      if (gone?.aborted !== true) manager.closeOperation(operation);
      throw error;
    }
  }

  /** Nobody gets to know the handle when its client has gone, so nobody else would ever cancel or close the operation. */
  #abandonWith(operation: Operation, gone?: AbortSignal): AbortSignal | undefined {
    const { manager, watch, logger } = this.#options;
    const abandon = () => {
      logger.debug(`operation ${operation.handle.id} is canceled: its client left before the reply`);
      const canceled = operation.finalStatus === null ? watch.cancel(operation) : Promise.resolve();
      void canceled.catch(() => {}).then(() => manager.closeOperation(operation));
    };
    if (gone?.aborted === true) abandon();
    else gone?.addEventListener('abort', abandon, { once: true });
    return gone;
  }

  #register(session: Session, response: OperationStart, handle: NamedHandle): Operation {
    const id = response.operationHandle?.operationId;
    const engineHandle = { guid: Uint8Array.from(id?.guid ?? []), secret: Uint8Array.from(id?.secret ?? []) };
    const operation = new Operation(session, engineHandle, this.#options.clock.now(), handle);
    operation.hasResultSet = response.operationHandle?.hasResultSet ?? null;
    this.#options.manager.directory.addOperation(operation);
    return operation;
  }

  /** Seconds; 0 = none. The smaller of the client's and `kyuubi.operation.query.timeout`. */
  #timeoutOf(request: TExecuteStatementReq): number {
    const limitMs = this.#options.config.queryTimeoutMs;
    const limits = [
      Number(request.queryTimeout ?? 0n),
      limitMs === null ? 0 : Math.ceil(limitMs / 1000),
    ].filter((seconds) => seconds > 0);
    return limits.length === 0 ? 0 : Math.min(...limits, MAX_TIMEOUT_SECONDS);
  }
}

interface Statement {
  readonly handle: NamedHandle;
  readonly request: TExecuteStatementReq;
  readonly timeoutSeconds: number;
}

function withHandle(response: OperationStart, operation: Operation, hasResultSet?: boolean): OperationStart {
  const { operationHandle, status } = response;
  if (operationHandle === undefined) return response;
  const known = hasResultSet ?? operationHandle.hasResultSet;
  return {
    status,
    operationHandle: { ...operationHandle, operationId: operation.handle, hasResultSet: known },
  };
}

/** A synchronous client learns of a failure from ExecuteStatement's own status. */
function failureOf(final: TGetOperationStatusResp): TExecuteStatementResp['status'] {
  return {
    statusCode: TStatusCode.ERROR,
    sqlState: final.sqlState ?? 'HY000',
    errorCode: final.errorCode ?? 0,
    errorMessage: final.errorMessage ?? 'The statement did not finish',
  };
}
