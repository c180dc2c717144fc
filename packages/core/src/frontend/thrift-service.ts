import {
  ApplicationError,
  ApplicationErrorType,
  encodeException,
  encodeReply,
  isMethodName,
  type MethodName,
  MessageType,
  readEnvelope,
  ThriftProtocolError,
} from '@senbon/hive-thrift';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Logger } from '../ports/logger.ts';
import { type ReplySink, send } from '../relay/reply-sink.ts';
import type { ClientContext } from '../session/client-context.ts';
import { Call } from './call.ts';
import type { OperationCalls } from './operation-calls.ts';
import type { SessionCalls } from './session-calls.ts';
import type { StatementCalls } from './statement-calls.ts';
import { failedResponse, toThriftStatus } from './thrift-status.ts';

export type CallHandlers = { readonly [M in MethodName]: (call: Call<M>) => Promise<void> };

/** Another process that may know a session that is not known here. */
export interface Elsewhere {
  /** False when it cannot answer; nothing was sent then. */
  serve(message: Uint8Array, client: ClientContext, sink: ReplySink): Promise<boolean>;
}

export interface ThriftServiceOptions {
  readonly sessions: SessionCalls;
  readonly statements: StatementCalls;
  readonly operations: OperationCalls;
  readonly elsewhere?: Elsewhere | null;
  readonly logger: Logger;
}

/** TCLIService as every Thrift frontend serves it: each call is answered here or relayed to the session's engine. */
export class ThriftService {
  readonly #handlers: CallHandlers;
  readonly #elsewhere: Elsewhere | null;
  readonly #logger: Logger;

  constructor({ sessions, statements, operations, elsewhere, logger }: ThriftServiceOptions) {
    this.#elsewhere = elsewhere ?? null;
    this.#logger = logger;
    const metadata = (call: Call<MethodName>) => statements.metadata(call);
    const unsupportedToken = (call: Call<MethodName>) => refuse(call, 'Delegation token');
    this.#handlers = {
      OpenSession: (call) => sessions.open(call),
      CloseSession: (call) => sessions.close(call),
      GetInfo: (call) => sessions.info(call),
      SetClientInfo: (call) => sessions.clientInfo(call),
      ExecuteStatement: (call) => statements.execute(call),
      GetTypeInfo: metadata,
      GetCatalogs: metadata,
      GetSchemas: metadata,
      GetTables: metadata,
      GetTableTypes: metadata,
      GetColumns: metadata,
      GetFunctions: metadata,
      GetPrimaryKeys: metadata,
      GetCrossReference: metadata,
      GetOperationStatus: (call) => operations.status(call),
      CancelOperation: (call) => operations.cancel(call),
      CloseOperation: (call) => operations.close(call),
      GetResultSetMetadata: (call) => operations.resultSetMetadata(call),
      FetchResults: (call) => operations.fetch(call),
      GetQueryId: (call) => operations.queryId(call),
      GetDelegationToken: unsupportedToken,
      CancelDelegationToken: unsupportedToken,
      RenewDelegationToken: unsupportedToken,
      UploadData: (call) => refuse(call, 'UploadData'),
      DownloadData: (call) => refuse(call, 'DownloadData'),
    };
  }

  /**
   * Answers one message of a client. Throws ThriftProtocolError when not even its envelope can be read: then nothing
   * can be answered and the connection is of no more use. Throws SESSION_NOT_FOUND and OPERATION_NOT_FOUND when another process
   * passed the message on.
   */
  async handle(message: Uint8Array, client: ClientContext, sink: ReplySink): Promise<void> {
    const envelope = readEnvelope(message);
    const { method, seqId } = envelope;
    if (envelope.type !== MessageType.CALL) {
      const error = new ApplicationError(
        ApplicationErrorType.INVALID_MESSAGE_TYPE,
        `${method} came as message type ${envelope.type}; only calls are served`,
      );
      return send(sink, encodeException(method, seqId, error));
    }
    if (!isMethodName(method)) {
      const error = new ApplicationError(
        ApplicationErrorType.UNKNOWN_METHOD,
        `Invalid method name: '${method}'`,
      );
      return send(sink, encodeException(method, seqId, error));
    }
    const call = new Call({ ...envelope, method }, message, client, sink);
    try {
      await (this.#handlers[method] as (call: Call) => Promise<void>)(call);
    } catch (error) {
      const failure = isUnknownHere(error) ? await this.#passOn(error, call) : error;
      if (failure !== null) await send(sink, this.#failure(method, seqId, failure));
    }
  }

  /** `null` when another process has answered, else what there is to answer. */
  async #passOn(error: unknown, { message, client, sink }: Call): Promise<unknown> {
    try {
      if ((await this.#elsewhere?.serve(message, client, sink)) === true) return null;
    } catch (failure) {
      return failure;
    }
    // Whoever passed it on may know somebody else.
    if (client.cameFrom !== undefined) throw error;
    return error;
  }

  #failure(method: MethodName, seqId: number, error: unknown): Uint8Array {
    if (error instanceof ThriftProtocolError) {
      return encodeException(
        method,
        seqId,
        new ApplicationError(ApplicationErrorType.PROTOCOL_ERROR, `${method}: ${error.message}`),
      );
    }
    const known = SenbonError.from(error);
    if (known.code === 'INTERNAL') this.#logger.error(`${method} failed`, error);
    else this.#logger.debug(`${method} failed: ${known.message}`);
    if (method === 'GetQueryId') {
      // The only response without a status: an exception is all that can be said.
      return encodeException(
        method,
        seqId,
        new ApplicationError(ApplicationErrorType.INTERNAL_ERROR, known.message),
      );
    }
    return encodeReply(method, seqId, failedResponse(method, toThriftStatus(known)));
  }
}

function isUnknownHere(error: unknown): boolean {
  return (
    error instanceof SenbonError &&
    (error.code === 'SESSION_NOT_FOUND' || error.code === 'OPERATION_NOT_FOUND')
  );
}

function refuse(call: Call, feature: string): Promise<void> {
  throw new SenbonError('FEATURE_UNSUPPORTED', { feature: `${feature} (${call.method})` });
}
