import type { ReplySink } from '../relay/reply-sink.ts';

/** A client of the relay: keeps what it is sent, and takes no more while `isWritable` is false. */
export class MemorySink implements ReplySink {
  isWritable = true;
  /** Keep only a count: for replies that are larger than a test should hold. */
  isCountingOnly = false;
  announced: number | null = null;
  received = 0;
  destroyedBy: Error | null = null;
  readonly #chunks: Buffer[] = [];
  #wake: (() => void)[] = [];
  #listeners: (() => void)[] = [];

  /** What is written is copied. */
  get holdsChunks(): boolean {
    return false;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  begin(lengthBytes: number): void {
    this.announced = lengthBytes;
    this.#changed();
  }

  write(chunk: Uint8Array): boolean {
    this.received += chunk.length;
    if (!this.isCountingOnly) this.#chunks.push(Buffer.from(chunk));
    this.#changed();
    return this.isWritable;
  }

  drained(): Promise<void> {
    if (this.isWritable) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake.push(resolve);
      this.#changed();
    });
  }

  /** Somebody waits for `drained`. */
  get isAwaited(): boolean {
    return this.#wake.length > 0;
  }

  drain(): void {
    this.isWritable = true;
    for (const wake of this.#wake.splice(0)) wake();
  }

  destroy(error: Error): void {
    this.destroyedBy = error;
    this.#changed();
  }

  async until(isTrue: (sink: MemorySink) => boolean): Promise<void> {
    while (!isTrue(this)) {
      await new Promise<void>((resolve) => {
        this.#listeners.push(resolve);
      });
    }
  }

  #changed(): void {
    for (const wake of this.#listeners.splice(0)) wake();
  }
}
