import type { Socket } from 'node:net';
import { SaslPlainServer } from '@senbon/hive-thrift';
import { messageOf } from '../errors/senbon-error.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ClientContext } from '../session/client-context.ts';
import { ArrivalTimer } from './arrival-timer.ts';
import { authenticate, type AuthMode } from './auth.ts';
import { RequestIntake } from './request-intake.ts';
import type { RequestMemory } from './request-memory.ts';
import { SocketSink } from './socket-sink.ts';
import type { ThriftService } from './thrift-service.ts';

export interface BinaryConnectionOptions {
  readonly service: ThriftService;
  readonly auth: AuthMode;
  readonly maxMessageBytes: number;
  readonly memory: RequestMemory;
  readonly loginTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The client is gone; these sessions were opened over the connection. */
  readonly onClosed: (sessions: ReadonlySet<string>) => void;
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

/** One client on the Thrift binary port: handshake, then one call after the other. */
export class BinaryConnection {
  readonly #socket: Socket;
  readonly #options: BinaryConnectionOptions;
  /** Until the client has said who it is; ten thousand idle clients need none. */
  #sasl: SaslPlainServer | null;
  readonly #intake: RequestIntake;
  readonly #sink: SocketSink;
  readonly #sessions = new Set<string>();
  #client: ClientContext | null = null;
  #phase: ConnectionPhase = ConnectionPhase.handshake;
  #isServing = false;
  #isFinishing = false;
  #loginTimer: Timer | null;
  /** Since a request has begun to arrive; most arrive whole and need none. */
  #arrival: ArrivalTimer | null = null;

  constructor(socket: Socket, options: BinaryConnectionOptions) {
    const { auth, maxMessageBytes, memory, stallTimeoutMs, clock, loginTimeoutMs } = options;
    const isFramed = auth !== 'NOSASL';
    this.#socket = socket;
    this.#options = options;
    this.#sasl = isFramed ? new SaslPlainServer() : null;
    this.#intake = new RequestIntake({ isFramed, maxMessageBytes, memory: memory.open() });
    this.#sink = new SocketSink(socket, { isFramed, stallTimeoutMs });
    this.#loginTimer = clock.after(loginTimeoutMs, () =>
      this.#refuse(`no login within ${loginTimeoutMs} ms`),
    );
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.#close(error.message));
    socket.on('end', () => this.#close('the client hung up'));
    socket.on('close', () => this.#close('the connection is gone'));
    if (auth === 'NOSASL') this.#serve(null);
  }

  /** Ends the connection once the answer under way is sent; calls behind it are not served. */
  finish(): void {
    this.#isFinishing = true;
    if (!this.#isServing) this.#close('the gateway stops');
  }

  destroy(error: Error): void {
    this.#socket.destroy(error);
    this.#close(error.message);
  }

  #onData(chunk: Uint8Array): void {
    try {
      const bytes = this.#phase === 'handshake' ? this.#handshake(chunk) : chunk;
      if (this.#phase === 'serving' && bytes.length > 0) this.#receive(bytes);
    } catch (error) {
      this.#refuse(messageOf(error));
    }
  }

  /** Returns what stands behind the handshake. */
  #handshake(chunk: Uint8Array): Uint8Array {
    if (this.#sasl === null) return chunk;
    const { credentials, failure, rest } = this.#sasl.push(chunk);
    if (failure !== undefined) {
      this.#socket.end(failure.reply);
      this.#close(failure.message);
      return rest;
    }
    if (credentials === undefined) return rest;
    let user: string;
    try {
      user = authenticate(credentials);
    } catch (error) {
      this.#socket.end(this.#sasl.bad(messageOf(error)));
      this.#close(messageOf(error));
      return rest;
    }
    this.#socket.write(this.#sasl.complete());
    this.#serve(user);
    return rest;
  }

  #serve(user: string | null): void {
    const remember = (id: string) => {
      // A client that vanished while its session was being opened will not close it.
      if (this.#phase === 'closed') this.#options.onClosed(new Set([id]));
      else this.#sessions.add(id);
    };
    this.#client = {
      user,
      ip: addressOf(this.#socket),
      onSessionOpened: remember,
    };
    this.#move('serving', user === null ? 'NOSASL' : `authenticated as ${user}`);
    if (this.#sasl === null) return;
    this.#sasl = null;
    this.#stopLoginTimer();
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
        if (this.#client === null || this.#phase === 'closed') return;
        if (!this.#intake.isFull && this.#socket.isPaused()) {
          this.#socket.resume();
          this.#watchArrival(true);
        }
        await this.#options.service.handle(message, this.#client, this.#sink);
        if (this.#isFinishing) this.#close('the gateway stops');
      }
    } catch (error) {
      this.#refuse(messageOf(error));
    } finally {
      this.#isServing = false;
      if (this.#phase === 'closed') this.#intake.clear();
    }
  }

  #stopLoginTimer(): void {
    this.#loginTimer?.cancel();
    this.#loginTimer = null;
  }

  #refuse(why: string): void {
    if (this.#phase === 'closed') return;
    this.#options.logger.warn(`Closing the connection of ${addressOf(this.#socket)}: ${why}`);
    this.#socket.destroy();
    this.#close(why);
  }

  #close(why: string): void {
    if (this.#phase === 'closed') return;
    this.#move('closed', why);
    this.#stopLoginTimer();
    this.#arrival?.stop();
    this.#intake.clear();
    this.#socket.end();
    if (!this.#socket.destroyed) {
      const linger = this.#options.clock.after(LINGER_MS, () => this.#socket.destroy());
      this.#socket.once('close', () => linger.cancel());
    }
    this.#options.onClosed(this.#sessions);
  }

  #move(to: ConnectionPhase, why: string): void {
    if (!moves[this.#phase].includes(to))
      throw new Error(`a connection cannot go from ${this.#phase} to ${to}`);
    this.#options.logger.debug(`connection of ${addressOf(this.#socket)}: ${this.#phase} -> ${to} (${why})`);
    this.#phase = to;
  }
}

function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}
