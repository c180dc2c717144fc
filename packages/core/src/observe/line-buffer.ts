/**
 * Gathers the lines of one turn of the event loop into one write: Node writes to files and pipes synchronously, and a
 * gateway that opens hundreds of sessions a second would spend much of its time in that. Flush it when the process exits.
 */
export class LineBuffer {
  readonly #write: (text: string) => void;
  #text = '';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  write(line: string): void {
    if (this.#text === '') setImmediate(() => this.flush());
    this.#text += line;
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#write(text);
  }
}
