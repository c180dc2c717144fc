import { connect, type Socket } from 'node:net';
import { frame, SaslPlainClient } from '@senbon/hive-thrift';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { ReplyReader, SMALL_READ_BYTES } from './reply-reader.ts';
import type { ReplySink } from './reply-sink.ts';

export interface EngineEndpoint {
  readonly host: string;
  readonly port: number;
}

export interface EngineConnectionOptions {
  readonly endpoint: EngineEndpoint;
  readonly user: string;
  /** Password or gateway token; never logged. */
  readonly password: string;
  /** For connecting and the handshake together. */
  readonly loginTimeoutMs: number;
  /** A call that brings no byte for this long fails. */
  readonly callTimeoutMs: number;
  readonly maxMessageBytes: number;
}

const HEADER_BYTES = 4;
/** What forgets idle connections on the way, a firewall, is shown this one. */
const KEEP_ALIVE_MS = 30_000;

interface Exchange {
  readonly call: string;
  readonly sink: ReplySink;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  /** Bytes of the reply still to come; `null` before its frame header. */
  remaining: number | null;
}

interface Opened {
  readonly socket: Socket;
  readonly reader: ReplyReader;
}

/**
 * One authenticated connection to an engine, serving one call at a time. A reply is passed on as it arrives: nothing
 * of its body is read, and no more of it is in memory than one socket read.
 */
export class EngineConnection {
  readonly user: string;
  /** It has broken, or was ended. */
  onClosed: () => void = () => {};
  /** In the middle of a reply, its client does not read; and reads again. */
  onStalled: (isStalled: boolean) => void = () => {};
  readonly #socket: Socket;
  readonly #options: EngineConnectionOptions;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerFilled = 0;
  #replyBytes = 0;
  #exchange: Exchange | null = null;
  #closedBy: Error | null = null;

  private constructor({ socket, reader }: Opened, options: EngineConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.user = options.user;
    reader.onChunk = (chunk) => this.#onChunk(chunk);
    reader.expectsRows = () => this.#replyBytes > SMALL_READ_BYTES;
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy(new Error('the engine closed the connection')));
    socket.on('timeout', () => this.destroy(new Error(`no byte for ${options.callTimeoutMs} ms`)));
  }

  /** Throws ENGINE_UNREACHABLE (nobody there, or no answer in time) or ENGINE_REFUSED (it turned us away). */
  static async open(options: EngineConnectionOptions): Promise<EngineConnection> {
    const { endpoint } = options;
    const reader = new ReplyReader();
    const { host, port } = endpoint;
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      onread: reader.onread,
    });
    try {
      await handshake({ socket, reader }, options);
    } catch (error) {
      socket.destroy();
      if (error instanceof SenbonError) throw error;
      const details = { engine: `${endpoint.host}:${endpoint.port}`, problem: messageOf(error) };
      throw new SenbonError('ENGINE_UNREACHABLE', details, { cause: error });
    }
    return new EngineConnection({ socket, reader }, options);
  }

  get isUsable(): boolean {
    return this.#closedBy === null && this.#exchange === null;
  }

  /**
   * Sends one request and passes the reply to `sink`; resolves when the engine has sent all of it. The end of it may still
   * be on its way to the client: whoever has to bound that waits for `sink.drained()`. Throws ENGINE_LOST; after the reply
   * began the sink is cut off too.
   */
  exchange(call: string, request: Uint8Array, sink: ReplySink): Promise<void> {
    if (this.#closedBy !== null) return Promise.reject(this.#lost(call, this.#closedBy));
    if (this.#exchange !== null) throw new Error('an engine connection serves one call at a time');
    return new Promise((resolve, reject) => {
      this.#exchange = { call, sink, resolve, reject, remaining: null };
      this.#socket.setTimeout(this.#options.callTimeoutMs);
      this.#socket.write(frame(request));
    });
  }

  destroy(error: Error): void {
    if (this.#closedBy !== null) return;
    this.#closedBy = error;
    this.#socket.destroy();
    this.onClosed();
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange === null) return;
    const lost = this.#lost(exchange.call, error);
    if (exchange.remaining !== null) exchange.sink.destroy(lost);
    exchange.reject(lost);
  }

  #lost(call: string, cause: Error): SenbonError {
    const { host, port } = this.#options.endpoint;
    // 91001 is the number Kyuubi gives a lost engine connection.
    return new SenbonError('ENGINE_LOST', { engine: `${host}:${port}`, call }, { cause, vendorCode: 91_001 });
  }

  /** False when the sink still holds the chunk. */
  #onChunk(chunk: Buffer): boolean {
    const exchange = this.#exchange;
    if (exchange === null) {
      this.destroy(new Error(`${chunk.length} bytes from the engine that no call asked for`));
      return true;
    }
    try {
      this.#advance(exchange, chunk);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    return !exchange.sink.holdsChunks;
  }

  #advance(exchange: Exchange, chunk: Buffer): void {
    const body = exchange.remaining === null ? this.#takeHeader(exchange, chunk) : chunk;
    if (exchange.remaining === null || body.length === 0) return;
    if (body.length > exchange.remaining) throw new Error('the engine sent more bytes than it announced');
    exchange.remaining -= body.length;
    const isWritable = exchange.sink.write(body);
    if (exchange.remaining === 0) this.#finish(exchange);
    else if (!isWritable) this.#waitFor(exchange.sink);
  }

  #takeHeader(exchange: Exchange, chunk: Buffer): Buffer {
    const taken = Math.min(HEADER_BYTES - this.#headerFilled, chunk.length);
    chunk.copy(this.#header, this.#headerFilled, 0, taken);
    this.#headerFilled += taken;
    if (this.#headerFilled < HEADER_BYTES) return chunk.subarray(taken);
    this.#headerFilled = 0;
    const length = this.#header.readInt32BE(0);
    if (length <= 0 || length > this.#options.maxMessageBytes) {
      throw new Error(
        `the engine announced a reply of ${length} bytes; at most ${this.#options.maxMessageBytes} are accepted`,
      );
    }
    this.#replyBytes = length;
    exchange.sink.begin(length);
    exchange.remaining = length;
    return chunk.subarray(taken);
  }

  #finish(exchange: Exchange): void {
    this.#exchange = null;
    this.#socket.setTimeout(0);
    exchange.resolve();
  }

  #waitFor(sink: ReplySink): void {
    this.#socket.pause();
    this.#socket.setTimeout(0);
    this.onStalled(true);
    void sink.drained().then(() => {
      this.onStalled(false);
      if (this.#closedBy !== null) return;
      this.#socket.setTimeout(this.#options.callTimeoutMs);
      this.#socket.resume();
    });
  }
}

function handshake({ socket, reader }: Opened, options: EngineConnectionOptions): Promise<void> {
  const { endpoint, loginTimeoutMs, user, password } = options;
  const client = new SaslPlainClient({ user, password });
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      const what = socket.connecting ? 'takes no connection' : 'took the connection and does not answer';
      reject(new Error(`it ${what} within ${loginTimeoutMs} ms, as if it were stopped or overloaded`));
    }, loginTimeoutMs);
    reader.onChunk = (chunk) => {
      try {
        // What is not whole yet is kept.
        if (client.push(Buffer.from(chunk)).done) resolve();
      } catch (error) {
        const details = { engine: `${endpoint.host}:${endpoint.port}`, problem: messageOf(error) };
        reject(new SenbonError('ENGINE_REFUSED', details, { cause: error }));
      }
      return true;
    };
    const onClose = () => reject(new Error('connection closed during the handshake'));
    socket.once('error', reject).once('close', onClose);
    socket.once('connect', () => socket.write(client.start()));
    socket.once('senbon-handshake-over', () => {
      clearTimeout(timer);
      socket.off('error', reject).off('close', onClose);
    });
  }).finally(() => socket.emit('senbon-handshake-over'));
}
