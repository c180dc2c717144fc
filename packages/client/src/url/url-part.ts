import { ClientError } from '../client-error.ts';

const SECRETS = /^(password|jwt|trustStorePassword|keyStorePassword|http\.header\.|http\.cookie\.)/i;

/** A piece of a URL that knows where it stood, for messages. */
export class UrlPart {
  readonly text: string;
  /** Counted from 0. */
  readonly offset: number;

  constructor(text: string, offset: number) {
    this.text = text;
    this.offset = offset;
  }

  get isEmpty(): boolean {
    return this.text === '';
  }

  from(start: number, end?: number): UrlPart {
    return new UrlPart(this.text.slice(start, end), this.offset + start);
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
    const equals = this.text.indexOf('=');
    const part =
      SECRETS.test(this.text) && equals > 0 ? `${this.text.slice(0, equals)}=***` : this.text.slice(0, 100);
    return new ClientError('URL_INVALID', { position: this.offset + 1, part, problem });
  }
}
