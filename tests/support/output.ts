import type { Readable } from 'node:stream';

/** What is kept of a process's output; the start-up lines are looked for while they come. */
const MAX_KEPT_CHARS = 1_000_000;

/** The text that a child process prints on one or more streams, to be searched and waited for. */
export class Output {
  #text = '';
  #ended = false;
  readonly #listeners = new Set<() => void>();

  constructor(streams: readonly Readable[]) {
    for (const stream of streams) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        this.#text = (this.#text + chunk).slice(-MAX_KEPT_CHARS);
        this.#notify();
      });
    }
  }

  get text(): string {
    return this.#text;
  }

  /** No more output will come: whoever waits in vain is told so at once. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** The first match, also in what was printed before. Rejects with the output's end when time or process runs out. */
  async waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        act();
      };
      const fail = (why: string): void =>
        finish(() =>
          reject(new Error(`${pattern} not seen ${why}; the last output was:\n${this.#text.slice(-4_000)}`)),
        );
      const look = (): void => {
        const match = pattern.exec(this.#text);
        if (match !== null) finish(() => resolve(match));
        else if (this.#ended) fail('before the process ended');
      };
      const timer = setTimeout(() => fail(`within ${timeoutMs} ms`), timeoutMs);
      this.#listeners.add(look);
      look();
    });
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
