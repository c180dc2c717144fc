import type { OnReadOpts } from 'node:net';

/** What an idle connection keeps; most replies fit. */
export const SMALL_READ_BYTES = 4_096;
/** One read of rows, as large as libuv's own. */
const LARGE_READ_BYTES = 65_536;
/** Large buffers kept for the next reply of rows, whoever reads it. */
const MAX_SPARE = 16;

/**
 * Reads an engine's socket into the same memory again and again. Left to itself Node takes 64 KiB anew for every read,
 * and the collections which that brings about were half of a gateway's work while a large result passed.
 */
export class ReplyReader {
  static readonly #spare: Buffer[] = [];

  /** Takes what has come; `false` when the chunk is kept beyond the call, so that its memory is left alone. */
  onChunk: (chunk: Buffer) => boolean = () => false;
  /** More rows are on their way, or the last reply was one of rows: the next read is a large one. */
  expectsRows: () => boolean = () => false;

  #memory: Buffer = Buffer.allocUnsafeSlow(SMALL_READ_BYTES);
  #isFree = true;

  /** For `net.connect`; the socket emits no 'data' then. */
  readonly onread: OnReadOpts = {
    // Node asks before the first read and after each.
    buffer: () => this.#next(),
    callback: (bytes, memory) => {
      this.#isFree = this.onChunk((memory as Buffer).subarray(0, bytes));
      return true;
    },
  };

  #next(): Buffer {
    const size = this.expectsRows() ? LARGE_READ_BYTES : SMALL_READ_BYTES;
    if (this.#isFree && this.#memory.length === size) return this.#memory;
    const spare = ReplyReader.#spare;
    if (this.#isFree && this.#memory.length === LARGE_READ_BYTES && spare.length < MAX_SPARE) {
      spare.push(this.#memory);
    }
    const reused = size === LARGE_READ_BYTES ? spare.pop() : undefined;
    this.#memory = reused ?? Buffer.allocUnsafeSlow(size);
    return this.#memory;
  }
}
