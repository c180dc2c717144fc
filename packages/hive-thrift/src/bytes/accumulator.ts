import { Buffer } from 'node:buffer';

/** A peer that announces much and sends little makes us reserve at most this much more than it sent. */
const EAGER_BYTES = 1 << 20;
/** First step where the final length is not known. */
const INITIAL_BYTES = 4096;

const NOTHING = Buffer.alloc(0);

/** Bytes put together from chunks: amortised linear however small the chunks, memory within twice what came. */
export class Accumulator {
  #buffer: Buffer = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The bytes so far; invalid after the next `append`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** `expectedBytes` is the final length where it is known, else 0. */
  append(chunk: Uint8Array, expectedBytes = 0): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const doubled = Math.max(needed, this.#buffer.length * 2);
      const capacity =
        expectedBytes > 0
          ? Math.max(needed, Math.min(expectedBytes, Math.max(doubled, EAGER_BYTES)))
          : Math.max(doubled, INITIAL_BYTES);
      const larger = Buffer.allocUnsafe(capacity);
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }

  /** Hands the bytes over and starts anew. */
  take(): Uint8Array {
    const taken = this.bytes;
    this.#buffer = NOTHING;
    this.#length = 0;
    return taken;
  }
}
