import type { Socket } from 'node:net';
import { FRAME_HEADER_BYTES, frameHeader } from '@senbon/hive-thrift';
import type { Clock } from '../ports/clock.ts';
import { MAX_UNSENT_BYTES, type ReplySink } from '../relay/reply-sink.ts';

export interface SocketSinkOptions {
  /** SASL connections carry every reply in one frame; NOSASL ones carry it bare. */
  readonly isFramed: boolean;
  /** A client that takes nothing for this long is cut off. */
  readonly stallTimeoutMs: number;
  readonly clock: Clock;
}

/** First bytes of a reply up to this size are copied behind the frame header, larger ones written apart from it. */
const MAX_COPIED_BYTES = 16_384;

/** Writes replies to a binary connection, with the client's back-pressure. */
export class SocketSink implements ReplySink {
  readonly #socket: Socket;
  readonly #options: SocketSinkOptions;
  /** Length of the reply that has begun; `null` once its header is written. */
  #announced: number | null = null;

  constructor(socket: Socket, options: SocketSinkOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  begin(lengthBytes: number): void {
    this.#announced = lengthBytes;
  }

  write(chunk: Uint8Array): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    if (!this.#options.isFramed || this.#announced === null) socket.write(chunk);
    else this.#writeFirst(this.#announced, chunk);
    this.#announced = null;
    return socket.writableLength < MAX_UNSENT_BYTES;
  }

  /** The system takes what a client has room for at once; only the rest is kept. */
  get holdsChunks(): boolean {
    return this.#socket.writableLength > 0;
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

  /** Header and first bytes leave in one packet. */
  #writeFirst(lengthBytes: number, chunk: Uint8Array): void {
    if (chunk.length <= MAX_COPIED_BYTES) {
      const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + chunk.length);
      bytes.writeInt32BE(lengthBytes, 0);
      bytes.set(chunk, FRAME_HEADER_BYTES);
      this.#socket.write(bytes);
      return;
    }
    this.#socket.cork();
    this.#socket.write(frameHeader(lengthBytes));
    this.#socket.write(chunk);
    this.#socket.uncork();
  }
}
