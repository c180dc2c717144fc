import type { Writable } from 'node:stream';

export interface StatusLineOptions {
  readonly stream: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** No line at all, as when the stream is no terminal. */
  readonly isEnabled: () => boolean;
}

/** What is quicker than this needs no progress. */
const FIRST_DRAW_MS = 400;
const REDRAW_MS = 200;
const BAR_CHARS = 30;
const DEFAULT_COLUMNS = 80;

/** The last line of a terminal, overwritten in place: a text, the time since its start, a bar when the progress is known. */
export class StatusLine {
  readonly #options: StatusLineOptions;
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #text = '';
  #fraction: number | null = null;
  #isDrawn = false;

  constructor(options: StatusLineOptions) {
    this.#options = options;
  }

  start(text: string): void {
    this.stop();
    if (!this.#options.isEnabled()) return;
    this.#startedAt = performance.now();
    this.update(text, null);
    this.#timer = setInterval(() => {
      if (performance.now() - this.#startedAt >= FIRST_DRAW_MS) this.#draw();
    }, REDRAW_MS);
  }

  /** Seen at the next redraw. `fraction` from 0 to 1. */
  update(text: string, fraction: number | null): void {
    this.#text = text;
    this.#fraction = fraction;
  }

  /** Takes the line away, as before every other output; it comes back by itself. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#options.stream.write('\r\u001b[K');
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(0);
    const line = `${this.#bar()}${this.#text}  ${seconds} s`;
    const columns = this.#options.stream.columns ?? DEFAULT_COLUMNS;
    this.#isDrawn = true;
    this.#options.stream.write(`\r\u001b[K${line.slice(0, columns - 1)}`);
  }

  #bar(): string {
    if (this.#fraction === null) return '';
    const done = Math.round(this.#fraction * BAR_CHARS);
    const percent = String(Math.floor(this.#fraction * 100)).padStart(3);
    return `[${'#'.repeat(done)}${'.'.repeat(BAR_CHARS - done)}] ${percent} %  `;
  }
}
