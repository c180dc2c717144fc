import { Buffer } from 'node:buffer';
import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { MethodName, RequestOf, ResponseOf } from '../messages/methods.ts';
import { CookieJar } from './cookie-jar.ts';
import {
  abortReason,
  type CallOptions,
  type CloseOptions,
  callOver,
  ConnectionError,
  DEFAULT_CALL_TIMEOUT_MS,
  DEFAULT_CLOSE_DEADLINE_MS,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_MAX_MESSAGE_BYTES,
  type Transport,
} from './transport.ts';

export type HttpAuth =
  | { readonly scheme: 'basic'; readonly user: string; readonly password: string }
  | { readonly scheme: 'bearer'; readonly token: string };

export interface HttpTransportOptions {
  /** As in `http://gateway:10010/cliservice`. */
  readonly url: string | URL;
  readonly auth?: HttpAuth;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with every request until the server sets them anew, as a load balancer's. */
  readonly cookies?: Readonly<Record<string, string>>;
  /** TCP and TLS of a new connection together; default 15 seconds. */
  readonly connectTimeoutMs?: number;
  /** Longest reply taken; default 1 GiB. */
  readonly maxMessageBytes?: number;
  /** Certificates and the like, for https. */
  readonly tls?: TlsOptions;
}

/** Connections to one server: a poll, a fetch and a cancel can go at once. */
const MAX_SOCKETS = 8;
/** Of an answer that is no Thrift, for the error. */
const MAX_ERROR_TEXT_BYTES = 300;

/**
 * HiveServer2 over HTTP: each call is a POST of `application/x-thrift`. Connections are kept and cookies sent back, as JDBC
 * does; credentials go with every request, for a cookie may have run out.
 */
export class HttpTransport implements Transport {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: HttpTransportOptions;
  readonly #agent: HttpAgent;
  readonly #cookies: CookieJar;
  readonly #running = new Set<ClientRequest>();
  #closed: Error | null = null;
  /** What `close` waits for. */
  #onIdle: () => void = () => {};

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#url = new URL(options.url);
    this.#cookies = new CookieJar(options.cookies);
    const agentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS };
    this.#agent = this.#isSecure
      ? new HttpsAgent({ ...options.tls, ...agentOptions })
      : new HttpAgent(agentOptions);
    this.#headers = {
      'content-type': 'application/x-thrift',
      accept: 'application/x-thrift',
      'user-agent': 'senbon-hive-thrift',
      // Servers with a XSRF filter let only requests with this header through; the value does not matter.
      'x-xsrf-header': 'true',
      ...authorization(options.auth),
      ...options.headers,
    };
  }

  call<M extends MethodName>(
    method: M,
    request: RequestOf<M>,
    options?: CallOptions,
  ): Promise<ResponseOf<M>> {
    return callOver(this, method, request, options);
  }

  exchange(message: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    const { signal, timeoutMs = DEFAULT_CALL_TIMEOUT_MS } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw abortReason(signal);
      const request = this.#request(message.length);
      this.#running.add(request);
      const settle = (error: Error | null, reply?: Uint8Array): void => {
        if (!this.#running.delete(request)) return;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        if (error !== null) {
          request.on('error', () => {});
          request.destroy();
          reject(error);
        } else if (reply !== undefined) {
          resolve(reply);
        }
        if (this.#running.size === 0) this.#onIdle();
      };
      const onAbort = (): void => settle(abortReason(signal));
      const onTimeout = (): void => {
        settle(new ConnectionError('timeout', `no answer from ${this.#where} within ${timeoutMs} ms`));
      };
      const timer = timeoutMs > 0 ? setTimeout(onTimeout, timeoutMs) : undefined;
      signal?.addEventListener('abort', onAbort, { once: true });
      request.once('error', (cause) => settle(this.#failure(cause, request)));
      request.once('socket', (socket) => this.#limitConnect(socket, settle));
      request.once('response', (response) => {
        this.#cookies.store(response.headers['set-cookie'] ?? []);
        this.#read(response).then(
          (reply) => settle(null, reply),
          (cause: Error) => settle(this.#failure(cause, request)),
        );
      });
      request.end(message);
    });
  }

  async close(options: CloseOptions = {}): Promise<void> {
    const { deadlineMs = DEFAULT_CLOSE_DEADLINE_MS } = options;
    this.#closed ??= new ConnectionError('closed', `the connection to ${this.#where} was closed`);
    if (this.#running.size > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      const timer = setTimeout(() => {
        this.destroy(
          new ConnectionError('closed', `calls to ${this.#where} did not end within ${deadlineMs} ms`),
        );
      }, deadlineMs);
      await idle;
      clearTimeout(timer);
    }
    this.#agent.destroy();
  }

  destroy(error: Error): void {
    this.#closed ??= error;
    for (const request of this.#running) request.destroy(error);
    this.#agent.destroy();
  }

  get #isSecure(): boolean {
    return this.#url.protocol === 'https:';
  }

  get #where(): string {
    return `${this.#url.origin}${this.#url.pathname}`;
  }

  #limitConnect(socket: Socket, fail: (error: Error) => void): void {
    if (!socket.connecting) return;
    const { connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = this.#options;
    const timer = setTimeout(() => {
      const text = `no connection to ${this.#where} within ${connectTimeoutMs} ms`;
      fail(new ConnectionError('unreachable', text));
    }, connectTimeoutMs);
    for (const event of [this.#isSecure ? 'secureConnect' : 'connect', 'close']) {
      socket.once(event, () => clearTimeout(timer));
    }
  }

  #request(contentLength: number): ClientRequest {
    const cookie = this.#cookies.header(this.#isSecure);
    const options = {
      method: 'POST',
      agent: this.#agent,
      headers: {
        ...this.#headers,
        'content-length': contentLength,
        ...(cookie === null ? {} : { cookie }),
      },
    };
    return this.#isSecure ? requestHttps(this.#url, options) : requestHttp(this.#url, options);
  }

  async #read(response: IncomingMessage): Promise<Uint8Array> {
    const isReply = response.statusCode === 200;
    const maxBytes = isReply
      ? (this.#options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES)
      : MAX_ERROR_TEXT_BYTES;
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maxBytes) break;
      }
    } catch (cause) {
      const text = `${this.#where} broke off its answer after ${length} bytes`;
      throw new ConnectionError('lost', text, { cause });
    }
    const body = Buffer.concat(chunks);
    if (!isReply) throw this.#httpError(response, body.toString('utf8', 0, MAX_ERROR_TEXT_BYTES));
    if (length > maxBytes) {
      throw new ConnectionError('http', `a reply of more than ${maxBytes} bytes from ${this.#where}`);
    }
    return body;
  }

  #httpError(response: IncomingMessage, text: string): ConnectionError {
    const status = response.statusCode ?? 0;
    const kind = status === 401 || status === 403 ? 'refused' : 'http';
    const shown = text.trim() === '' ? '' : `: ${text.trim()}`;
    return new ConnectionError(kind, `${this.#where} answered HTTP ${status}${shown}`);
  }

  #failure(cause: Error, request: ClientRequest): Error {
    if (this.#closed !== null) return this.#closed;
    if (cause instanceof ConnectionError) return cause;
    const kind = request.reusedSocket ? 'lost' : 'unreachable';
    return new ConnectionError(kind, `POST to ${this.#where} failed: ${cause.message}`, { cause });
  }
}

function authorization(auth: HttpAuth | undefined): Record<string, string> {
  if (auth === undefined) return {};
  if (auth.scheme === 'bearer') return { authorization: `Bearer ${auth.token}` };
  const credentials = Buffer.from(`${auth.user}:${auth.password}`, 'utf8').toString('base64');
  return { authorization: `Basic ${credentials}` };
}
