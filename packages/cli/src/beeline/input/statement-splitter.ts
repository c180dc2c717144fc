import { type SqlSyntax, syntaxOf } from './sql-syntax.ts';

export type ScriptItem =
  | { readonly kind: 'statement'; readonly text: string }
  /** A line that begins with `!`, without it. */
  | { readonly kind: 'command'; readonly text: string };

export interface SplitterOptions {
  /** Default `;`. */
  readonly delimiter?: string;
  /** Asked for every line: it changes with the connection. Default Hive's. */
  readonly syntax?: () => SqlSyntax;
}

/** What a statement lacks: its end, the end of a quoted text, or the end of a comment. */
export type Pending = 'nothing' | 'delimiter' | 'comment' | 'quote';

/** Longer than any statement that a person or a tool wrote; a file without `;` is no script. */
export const MAX_STATEMENT_CHARS = 16 * 1024 * 1024;

type Inside =
  | { readonly kind: 'plain' }
  | { readonly kind: 'comment' }
  | { readonly kind: 'quote'; readonly end: string; readonly hasEscapes: boolean };

const PLAIN: Inside = { kind: 'plain' };
/** What may begin or end something; everything else is passed over in one step. */
const WORD = /[^\s'"`$/;!\-\\]+/y;

/** Cuts a script into statements, line by line: at `;`, but not within quotes and comments. Holds one statement. */
export class StatementSplitter {
  readonly #delimiter: string;
  readonly #syntax: () => SqlSyntax;
  #lines: string[] = [];
  #chars = 0;
  #inside: Inside = PLAIN;
  /** Something else than comments and spaces has come. */
  #hasContent = false;

  /** Throws RangeError for an empty delimiter. */
  constructor({ delimiter = ';', syntax = () => syntaxOf('') }: SplitterOptions = {}) {
    if (delimiter === '') throw new RangeError('a delimiter is at least one character');
    this.#delimiter = delimiter;
    this.#syntax = syntax;
  }

  get pending(): Pending {
    if (this.#inside.kind !== 'plain') return this.#inside.kind;
    return this.#hasContent ? 'delimiter' : 'nothing';
  }

  /** A line without its end. Throws RangeError when a statement becomes too long. */
  pushLine(line: string): ScriptItem[] {
    if (this.pending === 'nothing' && line.trimStart().startsWith('!')) {
      this.reset();
      return [{ kind: 'command', text: line.trim().slice(1) }];
    }
    const items: ScriptItem[] = [];
    let start = 0;
    for (let at = 0; at < line.length; ) {
      if (this.#inside.kind === 'plain' && line.startsWith(this.#delimiter, at)) {
        items.push(...this.#finish(line.slice(start, at)));
        at += this.#delimiter.length;
        start = at;
      } else {
        at = this.#step(line, at);
      }
    }
    this.#keep(line.slice(start));
    return items;
  }

  /** At the end of the script: the last statement needs no delimiter. */
  end(): ScriptItem[] {
    return this.#finish('');
  }

  /** Forgets what has come of a statement. */
  reset(): void {
    this.#lines = [];
    this.#chars = 0;
    this.#inside = PLAIN;
    this.#hasContent = false;
  }

  #keep(text: string): void {
    // A line of spaces before a statement says nothing; one within may stand in quotes.
    if (text.trim() === '' && this.#lines.length === 0) return;
    this.#lines.push(text);
    this.#chars += text.length + 1;
    if (this.#chars <= MAX_STATEMENT_CHARS) return;
    this.reset();
    throw new RangeError(
      `a statement is longer than ${MAX_STATEMENT_CHARS} characters; is a ${this.#delimiter} missing?`,
    );
  }

  #finish(text: string): ScriptItem[] {
    const statement = [...this.#lines, text].join('\n').trim();
    const { pending } = this;
    this.reset();
    return pending === 'nothing' ? [] : [{ kind: 'statement', text: statement }];
  }

  /** Goes over one thing at `at` and returns where the next begins. */
  #step(line: string, at: number): number {
    if (this.#inside.kind === 'comment') return this.#leave(line, at, '*/');
    if (this.#inside.kind === 'quote') {
      if (this.#inside.hasEscapes && line[at] === '\\') return at + 2;
      return this.#leave(line, at, this.#inside.end);
    }
    if (line.startsWith('--', at)) return line.length;
    if (line.startsWith('/*', at)) {
      this.#inside = { kind: 'comment' };
      return at + 2;
    }
    const quote = this.#quoteAt(line, at);
    if (quote !== null) {
      this.#inside = quote;
      this.#hasContent = true;
      return at + quote.end.length;
    }
    if (!/\s/.test(line.charAt(at))) this.#hasContent = true;
    WORD.lastIndex = at;
    return WORD.test(line) && this.#delimiter === ';' ? WORD.lastIndex : at + 1;
  }

  #leave(line: string, at: number, end: string): number {
    if (!line.startsWith(end, at)) return at + 1;
    this.#inside = PLAIN;
    return at + end.length;
  }

  #quoteAt(line: string, at: number): (Inside & { kind: 'quote' }) | null {
    const { hasBackslashEscapes, hasDollarQuotes } = this.#syntax();
    const char = line.charAt(at);
    if (char === "'" || char === '"' || char === '`') {
      // DuckDB and PostgreSQL: E'it\'s'.
      const isEscaped = char === "'" && /(?:^|[^\w$])e$/i.test(line.slice(Math.max(0, at - 2), at));
      const hasEscapes = char !== '`' && (hasBackslashEscapes || isEscaped);
      return { kind: 'quote', end: char, hasEscapes };
    }
    if (char !== '$' || !hasDollarQuotes || /[\w$]/.test(line.charAt(at - 1))) return null;
    const tag = /^\$(?:[A-Za-z_]\w*)?\$/.exec(line.slice(at, at + 64))?.[0];
    return tag === undefined ? null : { kind: 'quote', end: tag, hasEscapes: false };
  }
}
