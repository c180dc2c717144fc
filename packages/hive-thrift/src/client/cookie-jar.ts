/** More names than this from one server are not kept. */
const MAX_COOKIES = 50;

interface Cookie {
  readonly value: string;
  readonly secure: boolean;
}

/** The cookies of one server. Paths and domains do not matter to a client that knows a single URL. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  constructor(initial: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(initial)) this.#cookies.set(name, { value, secure: false });
  }

  /** Takes `Set-Cookie` headers. */
  store(headers: readonly string[]): void {
    for (const header of headers) {
      const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
      const equals = pair.indexOf('=');
      if (equals <= 0) continue;
      const name = pair.slice(0, equals);
      const lower = attributes.map((attribute) => attribute.toLowerCase());
      if (lower.includes('max-age=0')) {
        this.#cookies.delete(name);
      } else if (this.#cookies.has(name) || this.#cookies.size < MAX_COOKIES) {
        this.#cookies.set(name, { value: pair.slice(equals + 1), secure: lower.includes('secure') });
      }
    }
  }

  /** The `Cookie` header; null when there is nothing to send. */
  header(isSecure: boolean): string | null {
    const sent = [...this.#cookies].filter(([, cookie]) => isSecure || !cookie.secure);
    return sent.length === 0 ? null : sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
  }
}
