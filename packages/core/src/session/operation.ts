import {
  encodeReply,
  patchSeqId,
  readEnvelope,
  type TGetOperationStatusResp,
  TOperationState,
  TStatusCode,
} from '@senbon/hive-thrift';
import type { Timer } from '../ports/clock.ts';
import { createHandle, type Handle, type NamedHandle } from './handle.ts';
import type { Session } from './session.ts';

const finalStates: ReadonlySet<number> = new Set([
  TOperationState.FINISHED,
  TOperationState.CANCELED,
  TOperationState.CLOSED,
  TOperationState.ERROR,
  TOperationState.TIMEDOUT,
]);

/**
 * What the gateway knows of an operation that runs on an engine: its own handle, the engine's, and the last status once
 * that is final. The engine is the authority on everything else.
 */
export class Operation {
  readonly handle: NamedHandle;
  readonly session: Session;
  /** The engine's handle; patched over ours in relayed requests. */
  readonly engineHandle: Handle;
  /** As the engine said when it started the operation; `null` when it did not. */
  hasResultSet: boolean | null = null;
  /** Answered from here without asking the engine, until `forget`. */
  finalStatus: TGetOperationStatusResp | null = null;
  lastAccessMs: number;
  deadline: Timer | null = null;
  #encodedStatus: Uint8Array | null = null;

  constructor(session: Session, engineHandle: Handle, nowMs: number, handle: NamedHandle = createHandle()) {
    this.session = session;
    this.engineHandle = engineHandle;
    this.handle = handle;
    this.lastAccessMs = nowMs;
  }

  /**
   * The whole answer to GetOperationStatus once that is final; `null` before. Encoded once: while a status does not say
   * that there is a result set, Hive JDBC 4.0.1 asks for it before every row.
   */
  finalReply(seqId: number): Uint8Array | null {
    if (this.finalStatus === null) return null;
    this.#encodedStatus ??= encodeReply('GetOperationStatus', 0, this.finalStatus);
    // A copy, for the last one may still wait in a socket.
    const reply = Buffer.from(this.#encodedStatus);
    patchSeqId(reply, readEnvelope(reply), seqId);
    return reply;
  }

  /**
   * Keeps what the engine said if it will not change any more. Spark's own server says in the operation's handle only
   * whether there is a result set; drivers look for it in the status.
   */
  remember(said: TGetOperationStatusResp): void {
    const { statusCode } = said.status;
    if (statusCode !== TStatusCode.SUCCESS && statusCode !== TStatusCode.SUCCESS_WITH_INFO) return;
    if (said.operationState === undefined || !finalStates.has(said.operationState)) return;
    const { hasResultSet } = this;
    this.finalStatus ??=
      said.hasResultSet === undefined && hasResultSet !== null ? { ...said, hasResultSet } : said;
    this.deadline?.cancel();
  }

  /**
   * After a cancel, and after a fetch that failed: an operation that is FINISHED while its rows are still computed may end
   * in another state, and then the engine says another thing than before. The other final states are that.
   */
  forget(): void {
    if (this.finalStatus?.operationState !== TOperationState.FINISHED) return;
    this.finalStatus = null;
    this.#encodedStatus = null;
  }
}
