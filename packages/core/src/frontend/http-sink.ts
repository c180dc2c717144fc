import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { MAX_UNSENT_BYTES, type ReplySink } from '../relay/reply-sink.ts';

const THRIFT = 'application/x-thrift';

/** Writes one reply as the body of an HTTP response. Its length is known from the start, so it is not chunked. */
export class HttpSink implements ReplySink {
  readonly #response: ServerResponse;
  readonly #stallTimeoutMs: number;
  #isUnderWay = false;

  constructor(response: ServerResponse, stallTimeoutMs: number) {
    this.#response = response;
    this.#stallTimeoutMs = stallTimeoutMs;
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
    return new Promise((resolve) => {
      const over = () => {
        clearTimeout(timer);
        body.off('drain', over).off('close', over);
        resolve();
      };
      const timer = setTimeout(() => this.#response.destroy(), this.#stallTimeoutMs);
      body.once('drain', over).once('close', over);
    });
  }

  destroy(): void {
    this.#response.destroy();
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
    return this.#response.destroyed || this.#response.writableEnded;
  }
}
