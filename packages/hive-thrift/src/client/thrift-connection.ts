import type { Socket } from 'node:net';
import { frame } from '../framing/frame.ts';
import { FrameDecoder } from '../framing/frame-decoder.ts';
import { MessageScanner } from '../framing/message-scanner.ts';
import type { MethodName, RequestOf, ResponseOf } from '../messages/methods.ts';
import { CallQueue } from './call-queue.ts';
import { type OpenedSocket, type OpenSocketOptions, openSocket } from './open-socket.ts';
import {
  type CallOptions,
  type CloseOptions,
  callOver,
  ConnectionError,
  DEFAULT_CLOSE_DEADLINE_MS,
  DEFAULT_MAX_MESSAGE_BYTES,
  type Transport,
} from './transport.ts';

export interface ConnectOptions extends OpenSocketOptions {
  /** Longest reply taken; default 1 GiB. */
  readonly maxMessageBytes?: number;
}

type State = 'open' | 'closing' | 'closed';
const MOVES: Readonly<Record<State, readonly State[]>> = {
  open: ['closing', 'closed'],
  closing: ['closed'],
  closed: [],
};

/**
 * A TCP connection to a HiveServer2: SASL PLAIN (frames) or NOSASL (bare messages). One call at a time is on the wire, as
 * servers expect; further ones wait in order. A call that is given up by its signal leaves the connection usable, one that
 * times out does not.
 */
export class ThriftConnection implements Transport {
  /** Resolves once, with the reason; null after `close`. */
  readonly closed: Promise<Error | null>;
  readonly #where: string;
  readonly #socket: Socket;
  readonly #scanner: MessageScanner;
  /** Null with NOSASL. */
  readonly #frames: FrameDecoder | null;
  readonly #calls: CallQueue;
  #state: State = 'open';
  #resolveClosed: (reason: Error | null) => void = () => {};

  /** Throws ConnectionError (`unreachable`, `refused`, `timeout`) or the signal's reason. */
  static async connect(options: ConnectOptions): Promise<ThriftConnection> {
    return new ThriftConnection(options, await openSocket(options));
  }

  private constructor(options: ConnectOptions, opened: OpenedSocket) {
    const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options;
    this.#where = `${options.host}:${options.port}`;
    this.#socket = opened.socket;
    this.#scanner = new MessageScanner({ maxMessageBytes });
    this.#frames =
      options.auth.mechanism === 'NOSASL' ? null : new FrameDecoder({ maxFrameBytes: maxMessageBytes });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#calls = new CallQueue({
      send: (message) => this.#socket.write(this.#frames === null ? message : frame(message)),
      onTimeout: (error) => this.destroy(this.#withWhatCame(error)),
      onIdle: () => {
        if (this.#state === 'closing') this.#end(null);
      },
    });
    this.#listen(opened.rest);
  }

  call<M extends MethodName>(
    method: M,
    request: RequestOf<M>,
    options?: CallOptions,
  ): Promise<ResponseOf<M>> {
    return callOver(this, method, request, options);
  }

  async exchange(message: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    if (this.#state !== 'open') {
      throw new ConnectionError('closed', `the connection to ${this.#where} is ${this.#state}`);
    }
    return this.#calls.push(message, options);
  }

  async close(options: CloseOptions = {}): Promise<void> {
    const { deadlineMs = DEFAULT_CLOSE_DEADLINE_MS } = options;
    if (this.#state === 'open') {
      this.#move('closing');
      if (this.#calls.isIdle) this.#end(null);
    }
    const timer = setTimeout(() => {
      this.destroy(
        new ConnectionError('closed', `calls to ${this.#where} did not end within ${deadlineMs} ms`),
      );
    }, deadlineMs);
    await this.closed;
    clearTimeout(timer);
  }

  destroy(error: Error): void {
    this.#end(error);
  }

  #listen(rest: Uint8Array): void {
    this.#socket.on('data', (chunk: Uint8Array) => this.#onData(chunk));
    this.#socket.on('error', (cause) => this.#lost(cause.message, cause));
    this.#socket.on('close', () => this.#lost('the server closed it'));
    if (rest.length > 0) this.#onData(rest);
    this.#socket.resume();
  }

  /** A frame usually is a message, but nothing in the protocol says so: frames are put back into a stream. */
  #onData(chunk: Uint8Array): void {
    try {
      const payloads = this.#frames === null ? [chunk] : this.#frames.push(chunk);
      for (const payload of payloads) {
        for (const message of this.#scanner.push(payload)) this.#calls.onReply(message);
      }
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #lost(why: string, cause?: Error): void {
    if (this.#state === 'closed') return;
    const options = cause === undefined ? undefined : { cause };
    const bytes = this.#partialBytes;
    const where = bytes === 0 ? '' : `, ${bytes} bytes into a reply`;
    this.#end(new ConnectionError('lost', `lost the connection to ${this.#where}: ${why}${where}`, options));
  }

  /** Of a reply that is not whole. */
  get #partialBytes(): number {
    return (this.#frames?.bufferedBytes ?? 0) + this.#scanner.bufferedBytes;
  }

  #withWhatCame(error: ConnectionError): ConnectionError {
    const bytes = this.#partialBytes;
    if (bytes === 0) return error;
    return new ConnectionError(error.kind, `${error.message}: it stopped after ${bytes} bytes`);
  }

  #end(error: Error | null): void {
    if (this.#state === 'closed') return;
    this.#move('closed');
    if (error === null) this.#socket.destroySoon();
    else this.#socket.destroy();
    this.#calls.fail(error ?? new ConnectionError('closed', `the connection to ${this.#where} was closed`));
    this.#resolveClosed(error);
  }

  #move(to: State): void {
    if (!MOVES[this.#state].includes(to))
      throw new Error(`connection cannot go from ${this.#state} to ${to}`);
    this.#state = to;
  }
}
