import type { Socket } from 'node:net';
import type { Clock, Timer } from '../clock.ts';
import type { Log } from '../options.ts';
import type { Client } from '../request/request-context.ts';
import { Permission, permits } from '../tree/acl.ts';
import { STATE_CONNECTED } from '../watch/watch-event.ts';
import type { WatchEvent } from '../watch/watch-event.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { NOTIFICATION_XID } from '../wire/op-code.ts';
import { encodeReply, PacketFramer } from '../wire/packet-framer.ts';
import { WatcherEvent } from '../wire/records.ts';
import type { Acl, Id } from '../wire/records.ts';
import { MAX_CONNECT_BYTES } from './handshake.ts';

/** Apache's default of `jute.maxbuffer`. */
export const MAX_REQUEST_BYTES = 1024 * 1024 - 1;
/** A connection must have its session by then, or it is closed. */
/** With more than this unsent, a connection's further requests wait. */
export const PAUSE_BYTES = 1024 * 1024;
/** Watch events do not wait; a client that lets this much pile up is cut off. Above one largest reply. */
export const MAX_OUTGOING_BYTES = 16 * 1024 * 1024;
/** How long a closing connection may take to read what is left for it. */
export const LINGER_MS = 2000;
const MAX_IDENTITIES = 64;
const MAX_EVENT_BYTES = MAX_REQUEST_BYTES + 64;

export type ConnectionState = 'greeting' | 'open' | 'closing' | 'closed';

const MOVES: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  greeting: ['open', 'closing', 'closed'],
  open: ['closing', 'closed'],
  closing: ['closed'],
  closed: [],
};

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly handshakeTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** The answer to a four-letter word, or null when these four bytes are none. */
  answerWord(word: number): string | null;
  /** The first packet. The host calls `open` or `close`. */
  greet(connection: Connection, packet: Buffer): void;
  /** Every later packet. The host calls `send`. */
  handle(connection: Connection, packet: Buffer): void;
  onSent(): void;
  onClosed(connection: Connection): void;
}

/** What `cons` tells of a connection's last request. */
export interface LastRequest {
  readonly label: string;
  readonly xid: number;
  readonly zxid: number;
  readonly atMs: number;
}

/** One client's socket: packets in, replies and watch events out, and the bounds of both. */
export class Connection implements Client {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly establishedMs: number;
  sessionId = 0n;
  sessionTimeoutMs = 0;
  packetsReceived = 0;
  packetsSent = 0;
  lastRequest: LastRequest | null = null;
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  readonly #framer = new PacketFramer(MAX_CONNECT_BYTES);
  readonly #identities: Id[];
  #state: ConnectionState = 'greeting';
  #timer: Timer;
  #isBacklogged = false;

  constructor(socket: Socket, host: ConnectionHost) {
    this.#socket = socket;
    this.#host = host;
    this.remoteAddress = plainAddress(socket.remoteAddress);
    this.remotePort = socket.remotePort ?? 0;
    this.establishedMs = host.clock.now();
    this.#identities = [{ scheme: 'ip', id: this.remoteAddress }];
    this.#timer = host.clock.after(host.handshakeTimeoutMs, () => this.destroy('no session in time'));
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#onDrain());
    socket.on('end', () => this.close('the client has closed its side'));
    socket.on('error', (error) => this.#host.log('debug', `${this.label}: ${error.message}`));
    socket.on('close', () => this.#onClose());
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get identities(): readonly Id[] {
    return this.#identities;
  }

  get label(): string {
    return `connection ${this.remoteAddress}:${this.remotePort}, session 0x${this.sessionId.toString(16)}`;
  }

  addIdentity(id: Id): boolean {
    const isKnown = this.#identities.some((own) => own.scheme === id.scheme && own.id === id.id);
    if (isKnown) return true;
    if (this.#identities.length >= MAX_IDENTITIES) return false;
    this.#identities.push(id);
    return true;
  }

  /** Accepts the client: it has a session now and may send requests. */
  open(sessionId: bigint, sessionTimeoutMs: number, response: Buffer): void {
    this.sessionId = sessionId;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.#move('open', 'session granted');
    this.#timer.cancel();
    this.#framer.setMaxBytes(MAX_REQUEST_BYTES);
    this.send(response);
  }

  notify({ type, path, zxid }: WatchEvent, acl: readonly Acl[] | null): void {
    if (this.#state !== 'open') return;
    // Whoever may not read a node must not learn of its changes either, whatever it once watched.
    if (acl !== null && !permits(this.#identities, acl, Permission.read)) return;
    const header = { xid: NOTIFICATION_XID, zxid, err: ErrorCode.ok };
    this.send(
      encodeReply(MAX_EVENT_BYTES, header, (writer) =>
        WatcherEvent.write(writer, { type, state: STATE_CONNECTED, path }),
      ),
    );
  }

  send(packet: Buffer): void {
    if (this.#state === 'closed') return;
    this.packetsSent += 1;
    this.#host.onSent();
    this.#socket.write(packet);
    if (this.#socket.writableLength > MAX_OUTGOING_BYTES) this.#cutOff();
  }

  /** Sends what is left, and `farewell` after it, then ends the connection. */
  close(why: string, farewell?: Buffer | string): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#move('closing', why);
    this.#timer.cancel();
    this.#timer = this.#host.clock.after(LINGER_MS, () => this.destroy('lingered'));
    if (farewell === undefined) this.#socket.end();
    else this.#socket.end(farewell);
    // Input is no longer of interest, but the end of the peer's side must still be seen.
    this.#socket.resume();
  }

  destroy(why: string): void {
    if (this.#state === 'closed') return;
    this.#move('closed', why);
    this.#timer.cancel();
    this.#socket.destroy();
    this.#host.onClosed(this);
  }

  #onData(chunk: Buffer): void {
    if (this.#state !== 'greeting' && this.#state !== 'open') return;
    this.#framer.push(chunk);
    this.#pump();
  }

  #onDrain(): void {
    if (!this.#isBacklogged || this.#state !== 'open') return;
    this.#isBacklogged = false;
    this.#socket.resume();
    this.#pump();
  }

  #onClose(): void {
    this.destroy('socket closed');
  }

  /** Handles what has arrived. Replies leave in one write where they can. */
  #pump(): void {
    this.#socket.cork();
    try {
      while (this.#takePacket()) if (this.#socket.writableLength > PAUSE_BYTES) this.#flushOrPause();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#socket.uncork();
    }
  }

  #takePacket(): boolean {
    if (this.#isBacklogged) return false;
    if (this.#state === 'greeting') return this.#takeGreeting();
    if (this.#state !== 'open') return false;
    const packet = this.#framer.next();
    if (packet === null) return false;
    this.packetsReceived += 1;
    this.#host.handle(this, packet);
    return true;
  }

  /** The first four bytes are a four-letter word or the length of a connect request. */
  #takeGreeting(): boolean {
    const word = this.#framer.peekLength();
    const answer = word === null ? null : this.#host.answerWord(word);
    if (answer !== null) {
      this.close('four-letter word answered', answer);
      return false;
    }
    const packet = this.#framer.next();
    if (packet === null) return false;
    this.packetsReceived += 1;
    this.#host.greet(this, packet);
    return true;
  }

  #cutOff(): void {
    this.#host.log(
      'warn',
      `${this.label}: cut off, ${this.#socket.writableLength} bytes wait and it does not read`,
    );
    this.destroy('the client does not read');
  }

  #flushOrPause(): void {
    this.#socket.uncork();
    this.#socket.cork();
    if (this.#socket.writableLength <= PAUSE_BYTES || this.#state !== 'open') return;
    this.#isBacklogged = true;
    this.#socket.pause();
  }

  /** A stream that cannot be followed is closed, as is one whose request broke an assumption of ours. */
  #fail(error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#host.log('warn', `${this.label}: closed on ${message}`);
    this.destroy(message);
  }

  #move(to: ConnectionState, why: string): void {
    const from = this.#state;
    if (!MOVES[from].includes(to)) throw new Error(`a ${from} connection cannot become ${to} (${why})`);
    this.#state = to;
    this.#host.log('debug', `${this.label}: ${from} -> ${to}: ${why}`);
  }
}

/** An IPv4 client of a socket that also takes IPv6 shows as `::ffff:a.b.c.d`. */
function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}
