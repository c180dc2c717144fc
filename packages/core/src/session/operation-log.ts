/** Lines kept of one operation's log; older ones are dropped first. */
const MAX_LINES = 10_000;

/** A bounded log that one reader follows: FETCH_NEXT goes on where it was, FETCH_FIRST starts over. */
export class OperationLog {
  readonly #lines: string[] = [];
  #dropped = 0;
  /** Number of the next line to read, counted from the first ever written. */
  #cursor = 0;

  append(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length <= MAX_LINES) return;
    this.#lines.shift();
    this.#dropped++;
  }

  read(maxLines: number, isFromStart: boolean): readonly string[] {
    const start = isFromStart ? this.#dropped : Math.max(this.#cursor, this.#dropped);
    const from = start - this.#dropped;
    const lines = this.#lines.slice(from, from + Math.max(0, maxLines));
    this.#cursor = start + lines.length;
    return lines;
  }
}
