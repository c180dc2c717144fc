import type { Writable } from 'node:stream';

/** The reader of our output has gone (`| head`), or the disk is full. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
  /** `EPIPE` and the like. */
  readonly code: string;

  constructor(cause: NodeJS.ErrnoException) {
    super(`cannot write the output: ${cause.message}`, { cause });
    this.code = cause.code ?? 'EIO';
  }
}

/** Standard output with back-pressure. */
export class OutputSink {
  readonly #stream: Writable;
  #error: OutputClosedError | null = null;
  #wake: () => void = () => {};

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#error ??= new OutputClosedError(error);
      this.#wake();
    });
    stream.on('drain', () => this.#wake());
  }

  /** Resolves when more may be written. Throws OutputClosedError, at the latest with the next text. */
  async write(text: string): Promise<void> {
    if (this.#error !== null) throw this.#error;
    if (text === '' || this.#stream.write(text)) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    // Changed meanwhile, which the compiler does not see.
    const error = this.#error as OutputClosedError | null;
    if (error !== null) throw error;
  }
}
