import type { Socket } from 'node:net';
import { type Clock, type Logger, messageOf, type Timer } from '@senbon/core';
import {
  dispatch,
  frame,
  FrameDecoder,
  frameHeader,
  type Handlers,
  type SaslCredentials,
  SaslPlainServer,
} from '@senbon/hive-thrift';
import type { Caller, EngineService } from '../service/service.ts';

/** Replies up to this size are copied behind their length; larger ones are written in two pieces. */
const MAX_COPIED_BYTES = 16 * 1024;
/** Calls a client may send ahead of the answers; then its socket is not read until some are answered. */
const MAX_PIPELINED_CALLS = 64;

export interface EngineConnectionOptions {
  readonly service: EngineService;
  readonly handlers: Handlers<Caller>;
  /** Throws with the text for the client when it may not come in. */
  readonly authenticate: (credentials: SaslCredentials) => string;
  readonly maxMessageBytes: number;
  readonly loginTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onClosed: (connection: EngineConnection) => void;
}

export const ConnectionState = {
  handshake: 'handshake',
  serving: 'serving',
  closed: 'closed',
} as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];

const moves: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  handshake: ['serving', 'closed'],
  serving: ['closed'],
  closed: [],
};

/** One gateway's connection: SASL PLAIN with a token, then one call after the other. */
export class EngineConnection implements Caller {
  readonly service: EngineService;
  readonly #socket: Socket;
  readonly #options: EngineConnectionOptions;
  readonly #sasl = new SaslPlainServer();
  readonly #frames: FrameDecoder;
  readonly #queue: Uint8Array[] = [];
  readonly #name: string;
  #state: ConnectionState = ConnectionState.handshake;
  #user = '';
  #isServing = false;
  #isEnding = false;
  #onDrained: (() => void) | null = null;
  #loginTimer: Timer;

  constructor(socket: Socket, options: EngineConnectionOptions) {
    this.service = options.service;
    this.#socket = socket;
    this.#options = options;
    this.#frames = new FrameDecoder({ maxFrameBytes: options.maxMessageBytes });
    this.#name = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    this.#loginTimer = options.clock.after(options.loginTimeoutMs, () =>
      this.#turnAway(`no login within ${options.loginTimeoutMs} ms`),
    );
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrained?.());
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.#close('the peer is gone'));
  }

  get user(): string {
    return this.#user;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Answers the call that is being served, then hangs up. Idempotent. */
  close(): void {
    if (this.isClosed) return;
    this.#isEnding = true;
    this.#queue.length = 0;
    if (!this.#isServing) this.#end();
  }

  /** Idempotent. */
  destroy(error: Error): void {
    this.#close(error.message);
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    try {
      const bytes = this.#state === 'handshake' ? this.#handshake(chunk) : chunk;
      if (this.#state === 'serving' && bytes.length > 0) this.#receive(bytes);
    } catch (error) {
      this.#options.logger.warn(`Closing the connection of ${this.#name}: ${messageOf(error)}`);
      this.destroy(error as Error);
    }
  }

  /** Returns what stands behind the handshake. */
  #handshake(chunk: Buffer): Uint8Array {
    const { credentials, failure, rest } = this.#sasl.push(chunk);
    if (failure !== undefined) this.#turnAway(failure.message);
    if (credentials === undefined) return rest;
    try {
      this.#user = this.#options.authenticate(credentials);
    } catch (error) {
      this.#turnAway(messageOf(error));
      return rest;
    }
    this.#loginTimer.cancel();
    this.#socket.write(this.#sasl.complete());
    this.#move('serving', `authenticated as ${this.#user}`);
    return rest;
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isEnding) return;
    this.#queue.push(...this.#frames.push(bytes));
    if (this.#queue.length > MAX_PIPELINED_CALLS) this.#socket.pause();
    if (!this.#isServing) void this.#serve();
  }

  async #serve(): Promise<void> {
    const { handlers, logger } = this.#options;
    const onError = (error: unknown, method: string) => logger.debug(`${method}: ${messageOf(error)}`);
    this.#isServing = true;
    try {
      for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
        if (this.#queue.length <= MAX_PIPELINED_CALLS && this.#socket.isPaused()) this.#socket.resume();
        await this.#send(await dispatch<Caller>(message, handlers, this, { onError }));
        if (this.#isEnding) this.#end();
        if (this.isClosed) return;
      }
    } catch (error) {
      if (!this.isClosed) logger.warn(`Closing the connection of ${this.#name}: ${messageOf(error)}`);
      this.destroy(error as Error);
    } finally {
      this.#isServing = false;
    }
  }

  /** Resolves when the socket has room again; throws when it has none for too long. */
  async #send(reply: Uint8Array): Promise<void> {
    if (this.isClosed) return;
    let hasRoom: boolean;
    if (reply.length <= MAX_COPIED_BYTES) {
      hasRoom = this.#socket.write(frame(reply));
    } else {
      this.#socket.cork();
      this.#socket.write(frameHeader(reply.length));
      hasRoom = this.#socket.write(reply);
      this.#socket.uncork();
    }
    if (!hasRoom && this.#socket.writableNeedDrain) await this.#drained();
  }

  #drained(): Promise<void> {
    const { clock, stallTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = clock.after(stallTimeoutMs, () =>
        reject(new Error(`the peer took nothing of a reply for ${stallTimeoutMs} ms`)),
      );
      this.#onDrained = () => {
        timer.cancel();
        this.#onDrained = null;
        resolve();
      };
    });
  }

  #end(): void {
    this.#close('the engine stops');
    this.#socket.end(() => this.#socket.destroy());
  }

  #turnAway(message: string): void {
    if (this.isClosed) return;
    this.#options.logger.warn(`Turned ${this.#name} away: ${message}`);
    this.#close(message);
    // A peer that does not read the answer is not waited for.
    this.#socket.end(this.#sasl.bad(message), () => this.#socket.destroy());
  }

  #close(why: string): void {
    if (this.#state === 'closed') return;
    this.#move('closed', why);
    this.#loginTimer.cancel();
    this.#queue.length = 0;
    this.#onDrained?.();
    this.#options.onClosed(this);
  }

  #move(to: ConnectionState, why: string): void {
    if (!moves[this.#state].includes(to))
      throw new Error(`a connection cannot go from ${this.#state} to ${to}`);
    this.#options.logger.debug(`connection of ${this.#name}: ${this.#state} -> ${to} (${why})`);
    this.#state = to;
  }
}
