import {
  type ClientReadableStream,
  Client,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { Message } from '../proto/message.ts';
import type { ConnectEndpoint } from './endpoint.ts';

const SERVICE = '/spark.connect.SparkConnectService/';
/** One Arrow batch holds 4 MiB at most, but a single row is sent whole whatever its size. */
const MAX_MESSAGE_BYTES = 1024 * 1024 * 1024;
const KEEPALIVE_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;
/** What may be under way from the server before the reader has taken it. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const UNARY_TIMEOUT_MS = 60_000;
/** A failed connection attempt is not repeated later than this. */
const MAX_BACKOFF_MS = 2_000;

export interface Call<Request, Response> {
  /** As in `ExecutePlan`. */
  readonly method: string;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
}

export interface UnaryOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A stream of responses that is read one by one; what is not read yet holds the server back. */
export interface ResponseStream<Response> {
  /** `null` at the end. Rejects with grpc-js' ServiceError. */
  next(): Promise<Response | null>;
  cancel(): void;
}

/** One HTTP/2 connection to a Spark Connect server. */
export class ConnectChannel {
  readonly #client: Client;
  readonly #metadata: Metadata;

  constructor(endpoint: ConnectEndpoint) {
    const { host, port, isSecure, headers } = endpoint;
    const channelCredentials = isSecure ? credentials.createSsl() : credentials.createInsecure();
    this.#client = new Client(`${host}:${port}`, channelCredentials, {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.max_reconnect_backoff_ms': MAX_BACKOFF_MS,
      'grpc-node.flow_control_window': WINDOW_BYTES,
      // Not the process's HTTP proxy: to a server on this machine there is no way through one.
      'grpc.enable_http_proxy': isSecure ? 1 : 0,
    });
    this.#metadata = new Metadata();
    for (const [name, value] of headers) this.#metadata.set(name, value);
  }

  /** Rejects with grpc-js' ServiceError. */
  unary<Request, Response>(
    { method, request, response }: Call<Request, Response>,
    input: Request,
    { signal, timeoutMs = UNARY_TIMEOUT_MS }: UnaryOptions = {},
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        SERVICE + method,
        (value: Request) => request.encode(value),
        (bytes: Buffer) => response.decode(bytes),
        input,
        this.#metadata,
        { deadline: Date.now() + timeoutMs },
        (error, value) => {
          signal?.removeEventListener('abort', cancel);
          if (error !== null) reject(error);
          else resolve(value as Response);
        },
      );
      const cancel = () => call.cancel();
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  stream<Request, Response>(
    { method, request, response }: Call<Request, Response>,
    input: Request,
  ): ResponseStream<Response> {
    const call: ClientReadableStream<Response> = this.#client.makeServerStreamRequest(
      SERVICE + method,
      (value: Request) => request.encode(value),
      (bytes: Buffer) => response.decode(bytes),
      input,
      this.#metadata,
    );
    const iterator = call[Symbol.asyncIterator]() as AsyncIterator<Response>;
    // A failure of a stream that nobody reads any more is nobody's business.
    call.on('error', () => undefined);
    return {
      next: async () => {
        const { done, value } = await iterator.next();
        return done === true ? null : value;
      },
      cancel: () => {
        call.cancel();
        iterator.return?.().catch(() => undefined);
      },
    };
  }

  /** Resolves when the server has accepted a connection. */
  waitForReady(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.waitForReady(Date.now() + timeoutMs, (error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && typeof (error as ServiceError).code === 'number' && 'metadata' in error;
}

/** The connection was lost or refused; the server may not have seen the call. */
export function isUnavailable(error: unknown): boolean {
  return isServiceError(error) && error.code === status.UNAVAILABLE;
}
