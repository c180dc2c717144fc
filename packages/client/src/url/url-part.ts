import { ClientError } from '../client-error.ts';

const HIDDEN = '***';
const QUOTED_CHARS = 100;

/** A piece of a URL that knows where it stood, for messages. */
export class UrlPart {
  readonly text: string;
  /** Counted from 0. */
  readonly offset: number;
  readonly #isHidden: boolean;

  constructor(text: string, offset: number, isHidden = false) {
    this.text = text;
    this.offset = offset;
    this.#isHidden = isHidden;
  }

  get isEmpty(): boolean {
    return this.text === '';
  }

  from(start: number, end?: number): UrlPart {
    return new UrlPart(this.text.slice(start, end), this.offset + start, this.#isHidden);
  }

  /** The same, but for messages: it may hold a secret, or a piece of one. */
  hidden(): UrlPart {
    return new UrlPart(this.text, this.offset, true);
  }

  /** Before and behind the first separator of one character; the second is empty when there is none. */
  splitAt(separator: RegExp): [UrlPart, UrlPart] {
    const at = this.text.search(separator);
    return at < 0 ? [this, this.from(this.text.length)] : [this.from(0, at), this.from(at + 1)];
  }

  /** At every separator of one character. */
  split(separator: RegExp): UrlPart[] {
    const parts: UrlPart[] = [];
    let start = 0;
    for (const piece of this.text.split(separator)) {
      parts.push(this.from(start, start + piece.length));
      start += piece.length + 1;
    }
    return parts;
  }

  decoded(): string {
    try {
      return decodeURIComponent(this.text);
    } catch {
      throw this.invalid('a % must begin an escape of UTF-8, as in %3B; write a % itself as %25');
    }
  }

  invalid(problem: string): ClientError {
    return new ClientError('URL_INVALID', { position: this.offset + 1, part: this.#shown(), problem });
  }

  /** A key without its value, whatever key it is: no list of those that hold secrets would be complete. */
  #shown(): string {
    const equals = this.text.indexOf('=');
    if (equals >= 0) return `${this.text.slice(0, equals).trim().slice(0, QUOTED_CHARS)}=${HIDDEN}`;
    return this.#isHidden ? HIDDEN : this.text.slice(0, QUOTED_CHARS);
  }
}
