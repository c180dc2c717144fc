import { decodeReply, encodeCall } from '../messages/calls.ts';
import { readEnvelope } from '../messages/envelope.ts';
import type { MethodName, RequestOf, ResponseOf } from '../messages/methods.ts';

export interface CallOptions {
  /** From the call until its reply, waiting for its turn included; 0 = none. */
  readonly timeoutMs?: number;
  /** Stops waiting; the server may run the call all the same. */
  readonly signal?: AbortSignal;
}

export interface CloseOptions {
  /** How long calls under way may take; default 5 seconds. */
  readonly deadlineMs?: number;
}

/** What carries calls to a server. */
export interface Transport {
  /**
   * Throws ApplicationError (the server could not run the call), ThriftProtocolError (the reply cannot be read),
   * ConnectionError, or the signal's reason. A TStatus of ERROR is a reply like any other.
   */
  call<M extends MethodName>(method: M, request: RequestOf<M>, options?: CallOptions): Promise<ResponseOf<M>>;
  /** Sends an encoded call and gives the whole reply message. The sequence id is the transport's: `message` is patched. */
  exchange(message: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
  /** Lets calls under way end, then disconnects. Idempotent. */
  close(options?: CloseOptions): Promise<void>;
  /** Disconnects now; calls under way reject with `error`. Idempotent. */
  destroy(error: Error): void;
}

export const DEFAULT_CALL_TIMEOUT_MS = 600_000;
export const DEFAULT_CLOSE_DEADLINE_MS = 5_000;
export const DEFAULT_CONNECT_TIMEOUT_MS = 15_000;
/** What Kyuubi's own client takes from an engine. */
export const DEFAULT_MAX_MESSAGE_BYTES = 1 << 30;

/** `Transport.call` in terms of `exchange`. */
export async function callOver<M extends MethodName>(
  transport: Pick<Transport, 'exchange'>,
  method: M,
  request: RequestOf<M>,
  options: CallOptions = {},
): Promise<ResponseOf<M>> {
  const reply = await transport.exchange(encodeCall(method, 0, request), options);
  return decodeReply(method, reply, readEnvelope(reply));
}

export type ConnectionErrorKind =
  /** Nobody answers there, or not in time. */
  | 'unreachable'
  /** The server does not take these credentials. */
  | 'refused'
  /** It ended while calls were under way. */
  | 'lost'
  | 'timeout'
  /** Used after `close`. */
  | 'closed'
  /** Too many calls wait. */
  | 'busy'
  /** HTTP: an answer other than 200. */
  | 'http';

export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly kind: ConnectionErrorKind;

  constructor(kind: ConnectionErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error(`aborted: ${String(reason)}`);
}
