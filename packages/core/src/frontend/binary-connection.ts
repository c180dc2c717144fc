import type { Socket } from 'node:net';
import { type SaslCredentials, SaslPlainServer } from '@senbon/hive-thrift';
import { messageOf } from '../errors/senbon-error.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { ArrivalTimer } from './arrival-timer.ts';
import { peerAddress } from './peer-address.ts';
import type { ReplySink } from '../relay/reply-sink.ts';
import { RequestIntake } from './request-intake.ts';
import type { RequestMemory } from './request-memory.ts';
import { SocketSink } from './socket-sink.ts';
import { strangerAtBinary } from './stranger.ts';

export interface BinaryConnectionOptions {
  /** Returns the user; throws with the text for the peer when it may not come in. `null`: no SASL, and no frames. */
  readonly authenticate: ((credentials: SaslCredentials) => string) | null;
  /** Answers one message; the next one waits until then. */
  readonly serve: (message: Uint8Array, from: BinaryConnection, sink: ReplySink) => Promise<void>;
  readonly maxMessageBytes: number;
  readonly memory: RequestMemory;
  readonly loginTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onClosed: (connection: BinaryConnection) => void;
}

export const ConnectionPhase = {
  handshake: 'handshake',
  serving: 'serving',
  closed: 'closed',
} as const;
export type ConnectionPhase = (typeof ConnectionPhase)[keyof typeof ConnectionPhase];

const moves: Readonly<Record<ConnectionPhase, readonly ConnectionPhase[]>> = {
  handshake: ['serving', 'closed'],
  serving: ['closed'],
  closed: [],
};

/**
 * After our last byte: how long the client may take to read it and to hang up in turn. A socket of which only our half is
 * closed would otherwise stay for ever.
 */
const LINGER_MS = 5_000;

/** One peer on a Thrift binary port, a gateway's or an engine's: handshake, then one call after the other. */
export class BinaryConnection {
  readonly #socket: Socket;
  readonly #options: BinaryConnectionOptions;
  /** Until the peer has said who it is; ten thousand idle clients need none. */
  #sasl: SaslPlainServer | null;
  readonly #intake: RequestIntake;
  readonly #sink: SocketSink;
  #user: string | null = null;
  #phase: ConnectionPhase = ConnectionPhase.handshake;
  #isServing = false;
  #isFinishing = false;
  #isFirst = true;
  #loginTimer: Timer | null;
  /** Since a request has begun to arrive; most arrive whole and need none. */
  #arrival: ArrivalTimer | null = null;

  constructor(socket: Socket, options: BinaryConnectionOptions) {
    const { authenticate, maxMessageBytes, memory, stallTimeoutMs, clock, loginTimeoutMs } = options;
    const isFramed = authenticate !== null;
    this.#socket = socket;
    this.#options = options;
    this.#sasl = isFramed ? new SaslPlainServer() : null;
    this.#intake = new RequestIntake({ isFramed, maxMessageBytes, memory: memory.open() });
    this.#sink = new SocketSink(socket, { isFramed, stallTimeoutMs, clock });
    this.#loginTimer = clock.after(loginTimeoutMs, () =>
      this.#turnAway(`no login within ${loginTimeoutMs} ms`),
    );
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.#close(error.message));
    socket.on('end', () => this.#close('the peer hung up'));
    socket.on('close', () => this.#close('the connection is gone'));
    if (authenticate === null) this.#enter(null);
  }

  /** Who the peer is; `null` before the handshake is over, and where there is none. */
  get user(): string | null {
    return this.#user;
  }

  get ip(): string {
    return peerAddress(this.#socket);
  }

  get isClosed(): boolean {
    return this.#phase === 'closed';
  }

  /** Ends the connection once the answer under way is sent; calls behind it are not served. Idempotent. */
  finish(): void {
    this.#isFinishing = true;
    if (!this.#isServing) this.#close('the server stops');
  }

  destroy(error: Error): void {
    this.#socket.destroy(error);
    this.#close(error.message);
  }

  #onData(chunk: Uint8Array): void {
    if (this.#isFirst && this.#turnStrangerAway(chunk)) return;
    try {
      const bytes = this.#phase === 'handshake' ? this.#handshake(chunk) : chunk;
      if (this.#phase === 'serving' && bytes.length > 0) this.#receive(bytes);
    } catch (error) {
      this.#refuse(messageOf(error));
    }
  }

  /** The first bytes tell; a peer that sends them one by one gets a less helpful answer. */
  #turnStrangerAway(chunk: Uint8Array): boolean {
    this.#isFirst = false;
    const stranger = strangerAtBinary(chunk, this.#sasl !== null);
    if (stranger === null || this.isClosed) return false;
    this.#options.logger.warn(`Turned ${peerAddress(this.#socket)} away: ${stranger.advice}`);
    const reply = stranger.reply ?? this.#sasl?.bad(stranger.advice);
    if (reply !== undefined) this.#socket.write(reply);
    this.#close(stranger.advice);
    return true;
  }

  /** Returns what stands behind the handshake. */
  #handshake(chunk: Uint8Array): Uint8Array {
    if (this.#sasl === null) return chunk;
    const { credentials, failure, rest } = this.#sasl.push(chunk);
    if (failure !== undefined) this.#turnAway(failure.message);
    if (credentials === undefined) return rest;
    let user: string | undefined;
    try {
      user = this.#options.authenticate?.(credentials);
    } catch (error) {
      this.#turnAway(messageOf(error));
      return rest;
    }
    this.#socket.write(this.#sasl.complete());
    this.#sasl = null;
    this.#stopLoginTimer();
    this.#enter(user ?? null);
    return rest;
  }

  #enter(user: string | null): void {
    this.#user = user;
    this.#move('serving', user === null ? 'NOSASL' : `authenticated as ${user}`);
  }

  #receive(bytes: Uint8Array): void {
    const complete = this.#intake.push(bytes);
    if (complete > 0) this.#stopLoginTimer();
    if (this.#intake.isFull) this.#socket.pause();
    this.#watchArrival(complete > 0);
    if (!this.#isServing) void this.#serveQueue();
  }

  /** A paused client is not the one that is late. */
  #watchArrival(isNew: boolean): void {
    if (isNew) this.#arrival?.stop();
    const { partialBytes } = this.#intake;
    if (partialBytes === 0 || this.#socket.isPaused()) return this.#arrival?.stop();
    const { clock, stallTimeoutMs } = this.#options;
    this.#arrival ??= new ArrivalTimer({
      clock,
      periodMs: stallTimeoutMs,
      onLate: (tookMs) => this.#refuse(`a request has not arrived whole in ${tookMs} ms`),
    });
    this.#arrival.arrived(partialBytes);
  }

  async #serveQueue(): Promise<void> {
    this.#isServing = true;
    try {
      for (let message = this.#intake.next(); message !== undefined; message = this.#intake.next()) {
        if (this.isClosed) return;
        if (!this.#intake.isFull && this.#socket.isPaused()) {
          this.#socket.resume();
          this.#watchArrival(true);
        }
        await this.#options.serve(message, this, this.#sink);
        if (this.#isFinishing) this.#close('the server stops');
      }
    } catch (error) {
      this.#refuse(messageOf(error));
    } finally {
      this.#isServing = false;
      if (this.isClosed) this.#intake.clear();
    }
  }

  #stopLoginTimer(): void {
    this.#loginTimer?.cancel();
    this.#loginTimer = null;
  }

  /** The reason reaches a peer that reads what the handshake answers. */
  #turnAway(message: string): void {
    if (this.isClosed) return;
    const reply = this.#sasl?.bad(message);
    this.#options.logger.warn(`Turned ${peerAddress(this.#socket)} away: ${message}`);
    if (reply !== undefined) this.#socket.write(reply);
    this.#close(message);
  }

  #refuse(why: string): void {
    if (this.isClosed) return;
    this.#options.logger.warn(`Closing the connection of ${peerAddress(this.#socket)}: ${why}`);
    this.#socket.destroy();
    this.#close(why);
  }

  #close(why: string): void {
    if (this.isClosed) return;
    this.#move('closed', why);
    this.#stopLoginTimer();
    this.#arrival?.stop();
    this.#intake.clear();
    this.#socket.end();
    if (!this.#socket.destroyed) {
      const linger = this.#options.clock.after(LINGER_MS, () => this.#socket.destroy());
      this.#socket.once('close', () => linger.cancel());
    }
    this.#options.onClosed(this);
  }

  #move(to: ConnectionPhase, why: string): void {
    if (!moves[this.#phase].includes(to))
      throw new Error(`a connection cannot go from ${this.#phase} to ${to}`);
    this.#options.logger.debug(
      `connection of ${peerAddress(this.#socket)}: ${this.#phase} -> ${to} (${why})`,
    );
    this.#phase = to;
  }
}
