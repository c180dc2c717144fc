import { open } from 'node:fs/promises';
import type { Clock } from '@senbon/core';

const POLL_MS = 100;
const CHUNK_BYTES = 64 * 1024;
/** A longer line is handed on in pieces of this length. */
const MAX_LINE_BYTES = 16 * 1024;

export interface TailOptions {
  readonly path: string;
  /** Resolves when nobody writes to the file any more. */
  readonly ended: Promise<unknown>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** The lines of a growing file from its start, until its writer has ended and all is read, or `signal` aborts. */
export async function* tailLines(options: TailOptions): AsyncGenerator<string> {
  const { path, clock, signal } = options;
  const pause = new Pause(options.ended, clock, signal);
  const file = await open(path, 'r');
  const splitter = new LineSplitter();
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    while (!pause.isAborted) {
      // Asked before reading: what was written before the end is read after it.
      const isLast = pause.isEnded;
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, null);
      if (bytesRead > 0) yield* splitter.push(chunk.subarray(0, bytesRead));
      else if (isLast) return yield* splitter.finish();
      else await pause.wait();
    }
  } finally {
    await file.close();
  }
}

/** Waits between two looks at the file, but not when there is nothing to wait for. */
class Pause {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  #isEnded = false;
  #wake: (() => void) | null = null;

  constructor(ended: Promise<unknown>, clock: Clock, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#signal = signal;
    void ended.then(() => {
      this.#isEnded = true;
      this.#wake?.();
    });
    signal?.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isAborted(): boolean {
    return this.#signal?.aborted ?? false;
  }

  async wait(): Promise<void> {
    if (this.#isEnded || this.isAborted) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(POLL_MS, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#wake = null;
  }
}

class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<string> {
    let bytes = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const newline = bytes.indexOf(0x0a);
      if (newline < 0 && bytes.length < MAX_LINE_BYTES) break;
      const isWhole = newline >= 0 && newline <= MAX_LINE_BYTES;
      const end = isWhole ? newline : MAX_LINE_BYTES;
      yield bytes.toString('utf8', 0, end);
      bytes = bytes.subarray(isWhole ? end + 1 : end);
    }
    this.#rest = Buffer.from(bytes);
  }

  *finish(): Generator<string> {
    if (this.#rest.length > 0) yield this.#rest.toString('utf8');
  }
}
