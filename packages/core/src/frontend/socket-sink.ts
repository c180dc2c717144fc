import type { Socket } from 'node:net';
import { frameHeader } from '@senbon/hive-thrift';
import type { Clock } from '../ports/clock.ts';
import type { ReplySink } from '../relay/reply-sink.ts';

export interface SocketSinkOptions {
  /** SASL connections carry every reply in one frame; NOSASL ones carry it bare. */
  readonly isFramed: boolean;
  /** A client that takes nothing for this long is cut off. */
  readonly stallTimeoutMs: number;
  readonly clock: Clock;
}

/** Writes replies to a binary connection, with the client's back-pressure. */
export class SocketSink implements ReplySink {
  readonly #socket: Socket;
  readonly #options: SocketSinkOptions;

  constructor(socket: Socket, options: SocketSinkOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  begin(lengthBytes: number): void {
    if (!this.#options.isFramed || !this.#socket.writable) return;
    // Held back until the end of this turn, so that header and first bytes leave in one packet.
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
    this.#socket.write(frameHeader(lengthBytes));
  }

  write(chunk: Uint8Array): boolean {
    return !this.#socket.writable || this.#socket.write(chunk);
  }

  drained(): Promise<void> {
    const socket = this.#socket;
    if (!socket.writable || !socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const over = () => {
        timer.cancel();
        socket.off('drain', over).off('close', over);
        resolve();
      };
      const { stallTimeoutMs, clock } = this.#options;
      const stalled = () => socket.destroy(new Error(`the peer read nothing for ${stallTimeoutMs} ms`));
      const timer = clock.after(stallTimeoutMs, stalled);
      socket.once('drain', over).once('close', over);
    });
  }

  destroy(error: Error): void {
    this.#socket.destroy(error);
  }
}
