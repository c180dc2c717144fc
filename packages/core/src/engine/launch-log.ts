/** Lines of a launch that a late joiner still gets to see, and that go into the error of a failed one. */
const MAX_LINES = 1_000;
/** A launcher may print a progress bar or a binary without ever ending the line; the rest of such a line is dropped. */
const MAX_LINE_CHARACTERS = 4_096;

export type LineListener = (line: string) => void;

/** The output of one launch, for every session that waits for it. */
export class LaunchLog {
  readonly #lines: string[] = [];
  readonly #listeners = new Set<LineListener>();

  append(text: string): void {
    const line = text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS)}…` : text;
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    for (const listener of this.#listeners) listener(line);
  }

  /** Calls back with what was written so far and all that comes; returns the unsubscribe function. */
  follow(listener: LineListener): () => void {
    for (const line of this.#lines) listener(line);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tail(maxLines: number, maxCharacters: number): string {
    const text = this.#lines.slice(-maxLines).join('\n');
    return text.length > maxCharacters ? `…${text.slice(1 - maxCharacters)}` : text;
  }
}
