/**
 * Where one reply goes: a client's binary connection or its HTTP response. `begin` announces the length, then exactly
 * that many bytes are written. After `destroy` (or when the client has gone) writes are swallowed, so that whoever
 * feeds the sink need not know.
 */
export interface ReplySink {
  begin(lengthBytes: number): void;
  /** False when the client should be waited for by `drained`. */
  write(chunk: Uint8Array): boolean;
  /** Something written has not left yet: the memory of the last chunk may not be used again. */
  readonly holdsChunks: boolean;
  /** Resolves when more may be written, or when the client has gone. */
  drained(): Promise<void>;
  /** Cuts the client off in mid-reply: there is no other way to tell it that the rest will not come. */
  destroy(error: Error): void;
}

/**
 * Bytes a client may leave untaken before it is waited for: two reads of an engine's socket. With a client that keeps up
 * the engine's socket is then never paused.
 */
export const MAX_UNSENT_BYTES = 131_072;

/** A slow client that takes this much within the stall time-out is not cut off. */
const SLICE_BYTES = 1_048_576;

/** Sends a reply that is in memory as a whole. */
export async function send(sink: ReplySink, reply: Uint8Array): Promise<void> {
  sink.begin(reply.length);
  for (let at = 0; at < reply.length; at += SLICE_BYTES) {
    if (!sink.write(reply.subarray(at, at + SLICE_BYTES))) await sink.drained();
  }
}

/** Gathers a reply that the gateway wants to read itself. */
export class CollectingSink implements ReplySink {
  readonly #maxBytes: number;
  #buffer: Buffer = Buffer.alloc(0);
  #filled = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  begin(lengthBytes: number): void {
    if (lengthBytes > this.#maxBytes) {
      throw new RangeError(`a reply of ${lengthBytes} bytes where at most ${this.#maxBytes} were expected`);
    }
    this.#buffer = Buffer.allocUnsafe(lengthBytes);
  }

  /** What is written is copied. */
  get holdsChunks(): boolean {
    return false;
  }

  write(chunk: Uint8Array): boolean {
    this.#buffer.set(chunk, this.#filled);
    this.#filled += chunk.length;
    return true;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {}

  get bytes(): Uint8Array {
    return this.#buffer;
  }
}
