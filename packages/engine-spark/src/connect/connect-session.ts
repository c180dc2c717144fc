import { status } from '@grpc/grpc-js';
import type {
  AnalyzePlanRequest,
  ConfigOperation,
  ExecutePlanRequest,
  Plan,
} from '../proto/connect-messages.ts';
import { INTERRUPT_OPERATION_ID } from '../proto/connect-messages.ts';
import { calls } from './calls.ts';
import { type ConnectChannel, isServiceError, isUnavailable, type UnaryOptions } from './connect-channel.ts';
import { sparkErrorInfo } from './spark-error.ts';

/** Seen in Spark's log and in the spans of its queries. */
const CLIENT_TYPE = 'senbon';
/** Waits before a call is made again that the server cannot have seen. */
const RETRY_WAITS_MS = [50, 250, 1_000] as const;
/** Nobody waits for it longer: it is a courtesy. */
const RELEASE_TIMEOUT_MS = 5_000;

/** What becomes of the server, as far as it can be seen from here. */
export interface ServerFate {
  /** How it ended; `null` while it lives, for all that is known. */
  readonly ending: string | null;
  /** Whether executions can be attached to again. Where they cannot, the end of a stream is the end of its result. */
  readonly isReattachable: boolean;
}

export interface ConnectSessionOptions {
  readonly channel: ConnectChannel;
  readonly fate: ServerFate;
  /** A UUID of ours; the server makes a session of it at its first call. */
  readonly sessionId: string;
  readonly userId: string;
}

/** One Spark session, as the server knows it by user and session id. */
export class ConnectSession {
  readonly channel: ConnectChannel;
  readonly fate: ServerFate;
  readonly #caller: Pick<ExecutePlanRequest, 'sessionId' | 'userContext' | 'clientType'>;

  constructor({ channel, fate, sessionId, userId }: ConnectSessionOptions) {
    this.channel = channel;
    this.fate = fate;
    this.#caller = { sessionId, userContext: { userId, userName: userId }, clientType: CLIENT_TYPE };
  }

  executeRequest(plan: Plan, operationId: string): ExecutePlanRequest {
    return {
      ...this.#caller,
      plan,
      operationId,
      requestOptions: [{ reattachOptions: { reattachable: this.fate.isReattachable } }],
    };
  }

  reattachRequest(operationId: string, lastResponseId: string | null) {
    return {
      ...this.#caller,
      operationId,
      ...(lastResponseId === null ? {} : { lastResponseId }),
    };
  }

  async config(operation: ConfigOperation, options: UnaryOptions = {}): Promise<ReadonlyMap<string, string>> {
    const request = { ...this.#caller, operation };
    const { pairs = [] } = await this.#again(options, () =>
      this.channel.unary(calls.config, request, options),
    );
    return new Map(
      pairs.flatMap(({ key, value }) => (key === undefined || value === undefined ? [] : [[key, value]])),
    );
  }

  async analyze(request: AnalyzePlanRequest, options: UnaryOptions = {}) {
    const whole = { ...this.#caller, ...request };
    return this.#again(options, () => this.channel.unary(calls.analyzePlan, whole, options));
  }

  /** Stops an operation of this session. Resolves when the server has been told, whether it knew it or not. */
  async interrupt(operationId: string): Promise<void> {
    const request = { ...this.#caller, interruptType: INTERRUPT_OPERATION_ID, operationId };
    await this.channel.unary(calls.interrupt, request, { timeoutMs: RELEASE_TIMEOUT_MS });
  }

  /** Lets the server forget an operation. Never rejects: what it still keeps it gives up by itself. */
  async release(operationId: string): Promise<void> {
    const request = { ...this.#caller, operationId, releaseAll: {} };
    await this.channel
      .unary(calls.releaseExecute, request, { timeoutMs: RELEASE_TIMEOUT_MS })
      .catch(() => undefined);
  }

  /** Spark's whole text of a failure where the status carries only its begin; `null` where there is no more. */
  async errorDetails(error: unknown): Promise<string | null> {
    const { errorId } = sparkErrorInfo(error);
    if (errorId === null) return null;
    const request = { ...this.#caller, errorId };
    try {
      const details = await this.channel.unary(calls.fetchErrorDetails, request, {
        timeoutMs: RELEASE_TIMEOUT_MS,
      });
      return details.errors?.[details.rootErrorIdx ?? 0]?.message ?? null;
    } catch {
      return null;
    }
  }

  /** Ends the session on the server. Spark 3.5 cannot be told and forgets it when it has been idle for an hour. */
  async close(): Promise<void> {
    try {
      await this.channel.unary(calls.releaseSession, this.#caller, { timeoutMs: RELEASE_TIMEOUT_MS });
    } catch (error) {
      if (isServiceError(error) && error.code === status.UNIMPLEMENTED) return;
      if (!isUnavailable(error)) throw error;
    }
  }

  async #again<T>({ signal }: UnaryOptions, run: () => Promise<T>): Promise<T> {
    for (const waitMs of RETRY_WAITS_MS) {
      try {
        return await run();
      } catch (error) {
        if (!isUnavailable(error) || signal?.aborted === true || this.fate.ending !== null) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    return run();
  }
}
