import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { Clock } from '../ports/clock.ts';
import { MAX_UNSENT_BYTES, type ReplySink } from '../relay/reply-sink.ts';

const THRIFT = 'application/x-thrift';

export interface HttpSinkOptions {
  /** A client that takes nothing for this long is cut off. */
  readonly stallTimeoutMs: number;
  readonly clock: Clock;
}

/** Writes one reply as the body of an HTTP response. Its length is known from the start, so it is not chunked. */
export class HttpSink implements ReplySink {
  readonly #response: ServerResponse;
  readonly #options: HttpSinkOptions;
  #isUnderWay = false;

  constructor(response: ServerResponse, options: HttpSinkOptions) {
    this.#response = response;
    this.#options = options;
  }

  begin(lengthBytes: number): void {
    if (this.#isGone) return;
    this.#response.writeHead(200, { 'content-type': THRIFT, 'content-length': lengthBytes });
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isGone) return true;
    this.#body.write(chunk);
    this.#isUnderWay = true;
    return this.#response.writableLength < MAX_UNSENT_BYTES;
  }

  get holdsChunks(): boolean {
    return this.#response.writableLength > 0;
  }

  drained(): Promise<void> {
    const body = this.#body;
    if (this.#isGone || !body.writableNeedDrain) return Promise.resolve();
    const { socket } = this.#response.req;
    return new Promise((resolve) => {
      const over = () => {
        timer.cancel();
        body.off('drain', over).off('close', over);
        socket.off('close', over);
        resolve();
      };
      const { stallTimeoutMs, clock } = this.#options;
      const timer = clock.after(stallTimeoutMs, () => {
        this.destroy();
        over();
      });
      body.once('drain', over).once('close', over);
      // A response that waits behind another one has no socket yet, and hears nothing of its end.
      socket.once('close', over);
    });
  }

  /** With the connection: the response alone may be one that waits for it. */
  destroy(): void {
    this.#response.destroy();
    this.#response.req.socket.destroy();
  }

  /** The reply is complete. */
  end(): void {
    if (!this.#isGone) this.#response.end();
  }

  /**
   * The response until it has sent its header together with the first bytes (it gathers what is written in one turn),
   * and while it waits for an earlier one on its connection. Then the socket itself, which takes bytes at once.
   */
  get #body(): Writable {
    const { socket } = this.#response;
    return this.#isUnderWay && socket !== null && socket.writableCorked === 0 ? socket : this.#response;
  }

  get #isGone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded || this.#response.req.socket.destroyed;
  }
}
