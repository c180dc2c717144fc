/** Lines and characters kept of one operation's log; the oldest go first. */
const MAX_LINES = 5_000;
const MAX_CHARS = 1024 * 1024;
/** A longer line is cut. */
const MAX_LINE_CHARS = 16 * 1024;

/** A bounded log that one reader follows: FETCH_NEXT goes on where it was, FETCH_FIRST starts over. */
export class OperationLog {
  #lines: string[] = [];
  #chars = 0;
  /** Lines at the front of `#lines` that are given up; they are cut off now and then, not one by one. */
  #dead = 0;
  /** Number of the first line in `#lines`, counted from the first ever written. */
  #base = 0;
  #cursor = 0;

  append(text: string): void {
    for (const line of text.split('\n')) {
      const kept = line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line;
      this.#lines.push(kept);
      this.#chars += kept.length;
    }
    while (this.#lines.length - this.#dead > MAX_LINES || this.#chars > MAX_CHARS) {
      this.#chars -= (this.#lines[this.#dead] as string).length;
      this.#dead++;
    }
    if (this.#dead <= MAX_LINES) return;
    this.#lines = this.#lines.slice(this.#dead);
    this.#base += this.#dead;
    this.#dead = 0;
  }

  /** The next lines; when the reader was too slow, one that says how many are gone. */
  read(maxLines: number, isFromStart: boolean): readonly string[] {
    const oldest = this.#base + this.#dead;
    const wanted = isFromStart ? 0 : this.#cursor;
    const start = Math.max(wanted, oldest);
    const lost = start - wanted;
    const notice = lost > 0 && maxLines > 1 ? [`(${lost} older lines are no longer kept)`] : [];
    const from = start - this.#base;
    const lines = this.#lines.slice(from, from + maxLines - notice.length);
    this.#cursor = start + lines.length;
    return [...notice, ...lines];
  }
}
