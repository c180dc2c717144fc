import type { ServerResponse } from 'node:http';
import { MAX_UNSENT_BYTES, type ReplySink } from '../relay/reply-sink.ts';

const THRIFT = 'application/x-thrift';

/** Writes one reply as the body of an HTTP response. Its length is known from the start, so it is not chunked. */
export class HttpSink implements ReplySink {
  readonly #response: ServerResponse;
  readonly #stallTimeoutMs: number;

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
    this.#response.write(chunk);
    return this.#response.writableLength < MAX_UNSENT_BYTES;
  }

  drained(): Promise<void> {
    const response = this.#response;
    if (this.#isGone || !response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const over = () => {
        clearTimeout(timer);
        response.off('drain', over).off('close', over);
        resolve();
      };
      const timer = setTimeout(() => response.destroy(), this.#stallTimeoutMs);
      response.once('drain', over).once('close', over);
    });
  }

  destroy(): void {
    this.#response.destroy();
  }

  /** The reply is complete. */
  end(): void {
    if (!this.#isGone) this.#response.end();
  }

  get #isGone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }
}
