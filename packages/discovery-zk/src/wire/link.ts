import { type Socket, connect } from 'node:net';
import { FrameLengthError, JuteError, PacketFramer } from '@senbon/zookeeper-embedded/wire';
import { messageOf } from '@senbon/core';

/** What a server may send in one piece: 10,000 children are about a megabyte, a node's data is one at most. */
const MAX_PACKET_BYTES = 64 * 1_048_576;
/** How many looks at the clock one silence is worth: it is noticed this much late at most. */
const LOOKS = 24;
const MIN_LOOK_MS = 10;

export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  /** For the connection and for the first packet together. */
  readonly greetTimeoutMs: number;
  readonly onOpen: () => void;
  readonly onPacket: (body: Buffer) => void;
  /** Once; nothing comes after it. */
  readonly onLost: (why: string) => void;
}

/** One TCP connection to one server: whole packets in and out, and an end when the server is silent for too long. */
export class Link {
  readonly #options: LinkOptions;
  readonly #socket: Socket;
  readonly #framer = new PacketFramer(MAX_PACKET_BYTES);
  #greeting: NodeJS.Timeout | null;
  #looking: NodeJS.Timeout | null = null;
  #receivedAt = performance.now();
  #sentAt = performance.now();
  #isOver = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { host, port, greetTimeoutMs } = options;
    this.#socket = connect({ host, port, noDelay: true });
    this.#greeting = setTimeout(() => this.lose(`no greeting within ${greetTimeoutMs} ms`), greetTimeoutMs);
    this.#socket.on('connect', () => options.onOpen());
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.lose(messageOf(error)));
    this.#socket.on('close', () => this.lose('the server ended the connection'));
  }

  send(packet: Buffer): void {
    if (this.#isOver) return;
    this.#sentAt = performance.now();
    this.#socket.write(packet);
  }

  /** From now on the server is pinged when nothing else is sent, and the link is lost when it does not answer. */
  watch({ silenceMs, pingMs, ping }: { silenceMs: number; pingMs: number; ping: Buffer }): void {
    const lookMs = Math.max(MIN_LOOK_MS, Math.round(silenceMs / LOOKS));
    let lookedAt = performance.now();
    this.#looking = setInterval(() => {
      const now = performance.now();
      // This process was stopped: what the server has sent meanwhile is yet to be read.
      const wasStopped = now - lookedAt > 2 * lookMs;
      lookedAt = now;
      if (!wasStopped && now - this.#receivedAt > silenceMs) {
        this.lose(`the server was silent for ${Math.round(now - this.#receivedAt)} ms`);
      } else if (now - this.#sentAt >= pingMs) {
        this.send(ping);
      }
    }, lookMs);
  }

  /** Tells nothing any more, and resolves when the server has ended the connection, at the latest in `lingerMs`. */
  finish(lingerMs: number): Promise<void> {
    this.#over();
    const timer = setTimeout(() => this.#socket.destroy(), lingerMs);
    return new Promise((resolve) => {
      this.#socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  destroy(): void {
    this.#over();
    this.#socket.destroy();
  }

  lose(why: string): void {
    if (this.#isOver) return;
    this.destroy();
    this.#options.onLost(why);
  }

  #over(): void {
    this.#isOver = true;
    if (this.#greeting !== null) clearTimeout(this.#greeting);
    if (this.#looking !== null) clearInterval(this.#looking);
  }

  #receive(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#receivedAt = performance.now();
    this.#framer.push(chunk);
    try {
      for (let body = this.#next(); body !== null; body = this.#next()) this.#options.onPacket(body);
    } catch (error) {
      if (!(error instanceof JuteError || error instanceof FrameLengthError)) throw error;
      this.lose(messageOf(error));
    }
  }

  #next(): Buffer | null {
    const body = this.#isOver ? null : this.#framer.next();
    if (body !== null && this.#greeting !== null) {
      clearTimeout(this.#greeting);
      this.#greeting = null;
    }
    return body;
  }
}
