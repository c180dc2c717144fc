import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Address } from '../../support/gateway.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** What a peer keeps of what it was told; more is counted only. */
const MAX_KEPT_BYTES = 4 * 1_048_576;

export type Ending = 'fin' | 'reset';

/** A TCP client without manners: it sends any bytes, and hangs up (or does not) as it likes. */
export class Peer {
  readonly socket: Socket;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  /** The server has said that it sends no more, or has cut the connection. */
  isOver = false;
  receivedBytes = 0;
  readonly #kept: Buffer[] = [];
  #waiting: (() => void)[] = [];

  static async connect({ host, port }: Address): Promise<Peer> {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const peer = new Peer(socket);
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    return peer;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.receivedBytes += chunk.length;
      if (this.receivedBytes <= MAX_KEPT_BYTES) this.#kept.push(chunk);
      this.#changed();
    });
    socket.on('error', () => {});
    socket.on('end', () => this.#over());
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#over();
        resolve();
      });
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.#kept);
  }

  send(bytes: Uint8Array | string): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Sends, and resolves when the system has taken it all or the connection is gone. */
  async sendAll(bytes: Uint8Array): Promise<void> {
    if (!this.socket.writable || this.socket.write(bytes)) return;
    await Promise.race([once(this.socket, 'drain').catch(() => {}), this.closed]);
  }

  /** Hangs up: politely, or so that the other side gets a reset. */
  leave(ending: Ending): void {
    if (ending === 'reset') this.socket.resetAndDestroy();
    else this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Resolves with what has come once there are `bytes` of it or no more will come. */
  async until(bytes: number): Promise<Buffer> {
    while (!this.isOver && this.receivedBytes < bytes) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return this.received;
  }

  /** How long it takes the server to end the connection; rejects when it has not within `timeoutMs`. */
  untilOver(timeoutMs: number): Promise<number> {
    return this.#within(timeoutMs, this.until(Number.POSITIVE_INFINITY));
  }

  /** How long it takes until the connection is gone on both sides; rejects when it is not within `timeoutMs`. */
  untilClosed(timeoutMs: number): Promise<number> {
    return this.#within(timeoutMs, this.closed);
  }

  async #within(timeoutMs: number, over: Promise<unknown>): Promise<number> {
    const began = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`still connected after ${timeoutMs} ms, got ${this.receivedBytes} bytes`)),
        timeoutMs,
      );
    });
    await Promise.race([over, late]).finally(() => clearTimeout(timer));
    return performance.now() - began;
  }

  #over(): void {
    this.isOver = true;
    this.#changed();
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
