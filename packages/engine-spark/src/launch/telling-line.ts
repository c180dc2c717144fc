const EXCEPTION =
  /^(?:Exception in thread "[^"]*" |Caused by: |Error: )?(?:[\w$]+\.)+[\w$]*(?:Exception|Error)\b/;
const COMPLAINT = /^Error: /;
const MAX_CHARS = 1_000;

/** Picks out of a log the line that says why a Java program has failed: behind it come the stack traces. */
export class TellingLine {
  #line: string | null = null;

  note(line: string): void {
    if (EXCEPTION.test(line) || COMPLAINT.test(line)) this.#line = line.slice(0, MAX_CHARS);
  }

  /** `: ` and the line, or nothing. */
  get suffix(): string {
    return this.#line === null ? '' : `: ${this.#line}`;
  }
}
