import { status } from '@grpc/grpc-js';
import type { ExecutePlanResponse, Plan } from '../proto/connect-messages.ts';
import { calls } from './calls.ts';
import { isServiceError, type ResponseStream } from './connect-channel.ts';
import type { ConnectSession } from './connect-session.ts';
import { CONNECTION_LOST, failed } from './spark-error.ts';

/** Waits before a broken stream is attached to again; as many attempts without a response in between fail it. */
const REATTACH_WAITS_MS = [50, 150, 500, 1_000, 2_000, 4_000] as const;

/** Codes of a stream that broke, as opposed to a statement that failed. */
const BROKEN: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.ABORTED]);
/** What HTTP/2 says when the server's end of a stream is gone. */
const BROKEN_TEXT = /RST_STREAM|ECONNRESET|premature close|INVALID_CURSOR\.DISCONNECTED/i;
const NOT_FOUND = /INVALID_HANDLE\.OPERATION_NOT_FOUND/;

export interface ExecutionOptions {
  readonly session: ConnectSession;
  readonly plan: Plan;
  readonly operationId: string;
  readonly signal: AbortSignal;
  /** Nothing more will come of it, whichever way it ended. */
  readonly onEnd: () => void;
}

/**
 * One execution on the server, which goes on there whatever becomes of the connection: a stream that breaks, or that the
 * server ends because it has lasted long enough, is attached to again behind the last response read.
 */
export class Execution {
  readonly #options: ExecutionOptions;
  #stream: ResponseStream<ExecutePlanResponse>;
  #lastResponseId: string | null = null;
  #failures = 0;
  #isOver = false;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.#stream = this.#begin();
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The next response; `null` after the last. Rejects with grpc-js' ServiceError, or STATEMENT_FAILED when Spark is gone. */
  async next(): Promise<ExecutePlanResponse | null> {
    while (!this.#isOver) {
      const response = await this.#read();
      if (response === 'again') continue;
      this.#failures = 0;
      if (response === null && !this.#options.session.fate.isReattachable) {
        this.#end();
        continue;
      }
      if (response === null) {
        // The end without the mark of completion: the server has closed the stream, not the execution.
        this.#stream = this.#reattach();
        continue;
      }
      this.#lastResponseId = response.responseId ?? this.#lastResponseId;
      if (response.resultComplete === undefined) return response;
      this.#end();
    }
    return null;
  }

  /** Lets the server drop what has not been read. Idempotent. */
  close(): void {
    if (!this.#finish()) return;
    this.#stream.cancel();
    void this.#interrupt();
  }

  async #read(): Promise<ExecutePlanResponse | null | 'again'> {
    try {
      return await this.#stream.next();
    } catch (error) {
      const wait = REATTACH_WAITS_MS[this.#failures++];
      const isFinal = !this.#options.session.fate.isReattachable || !isBroken(error);
      if (this.#isOver || wait === undefined || isFinal) {
        this.#end();
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
      const { ending } = this.#options.session.fate;
      if (ending !== null) {
        this.#end();
        throw failed(CONNECTION_LOST, ending, error);
      }
      // The first request may never have come through.
      const isUnknown = NOT_FOUND.test((error as Error).message) && this.#lastResponseId === null;
      this.#stream = isUnknown ? this.#begin() : this.#reattach();
      return 'again';
    }
  }

  #begin(): ResponseStream<ExecutePlanResponse> {
    const { session, plan, operationId } = this.#options;
    return session.channel.stream(calls.executePlan, session.executeRequest(plan, operationId));
  }

  #reattach(): ResponseStream<ExecutePlanResponse> {
    const { session, operationId } = this.#options;
    const request = session.reattachRequest(operationId, this.#lastResponseId);
    return session.channel.stream(calls.reattachExecute, request);
  }

  readonly #onAbort = (): void => {
    this.close();
  };

  /** In this order: a released operation cannot be interrupted any more. */
  async #interrupt(): Promise<void> {
    const { session, operationId } = this.#options;
    await session.interrupt(operationId).catch(() => undefined);
    await session.release(operationId);
  }

  #end(): void {
    const { session, operationId } = this.#options;
    if (this.#finish()) void session.release(operationId);
  }

  /** Whether it was not over before. */
  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#options.onEnd();
    return true;
  }
}

function isBroken(error: unknown): boolean {
  if (!isServiceError(error)) return false;
  return BROKEN.has(error.code) || BROKEN_TEXT.test(error.details) || NOT_FOUND.test(error.details);
}
