import { type Quote, quoteAt } from './sql-quotes.ts';
import { type SqlSyntax, syntaxOf } from './sql-syntax.ts';

export type ScriptItem =
  | { readonly kind: 'statement'; readonly text: string }
  /** A line that begins with `!`, without it. */
  | { readonly kind: 'command'; readonly text: string };

export interface SplitterOptions {
  /** Default `;`. */
  readonly delimiter?: string;
  /** Asked at every quote: it changes with settings, and with the connection. Default Hive's. */
  readonly syntax?: () => SqlSyntax;
}

/** What a statement lacks: its end, the end of a quoted text, or the end of a comment. */
export type Pending = 'nothing' | 'delimiter' | 'comment' | 'quote';

/** Longer than any statement that a person or a tool wrote; a file without `;` is no script. */
export const MAX_STATEMENT_CHARS = 16 * 1024 * 1024;

type Inside = { readonly kind: 'plain' } | { readonly kind: 'comment'; readonly depth: number } | Quote;

const PLAIN: Inside = { kind: 'plain' };
const WORD = /[\p{L}_][\p{L}\p{N}_$]*|\d[\p{L}\p{N}_.]*/uy;

/** Cuts a script into statements, line by line: at `;`, but not within quotes and comments. Holds one statement. */
export class StatementSplitter {
  readonly #delimiter: string;
  readonly #syntax: () => SqlSyntax;
  #lines: string[] = [];
  #chars = 0;
  #inside: Inside = PLAIN;
  /** Something else than comments and spaces has come. */
  #hasContent = false;
  /** The last word outside of quotes and comments, if nothing but spaces and comments came behind it. */
  #word = '';

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

  /**
   * A line without its end. Take each item when it comes, run it, and go on: it may change how the next one is to be read.
   * Throws RangeError when a statement becomes too long.
   */
  *pushLine(line: string): Generator<ScriptItem, void, undefined> {
    if (this.pending === 'nothing' && line.trimStart().startsWith('!')) {
      this.reset();
      yield { kind: 'command', text: line.trim().slice(1) };
      return;
    }
    let start = 0;
    for (let at = 0; at < line.length; ) {
      if (this.#inside.kind === 'plain' && line.startsWith(this.#delimiter, at)) {
        yield* this.#finish(line.slice(start, at));
        at += this.#delimiter.length;
        start = at;
      } else {
        at = this.#step(line, at);
      }
    }
    this.#keep(line.slice(start));
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
    this.#word = '';
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
    const inside = this.#inside;
    if (inside.kind === 'comment') return this.#stepInComment(line, at, inside.depth);
    if (inside.kind === 'quote') {
      if (inside.hasEscapes && line[at] === '\\') return at + 2;
      return this.#leave(line, at, inside.end);
    }
    if (line.startsWith('--', at)) return endOfLineComment(line, at);
    if (line.startsWith('/*', at)) {
      this.#inside = { kind: 'comment', depth: 1 };
      return at + 2;
    }
    const quote = quoteAt(line, at, this.#word, this.#syntax());
    if (quote !== null) {
      this.#inside = quote;
      this.#hasContent = true;
      this.#word = '';
      return at + quote.length;
    }
    return this.#stepInPlain(line, at);
  }

  /** A word as a whole: what looks like the begin of a quote within one is none. */
  #stepInPlain(line: string, at: number): number {
    WORD.lastIndex = at;
    const [word] = WORD.exec(line) ?? [];
    if (word === undefined) {
      if (/\s/.test(line.charAt(at))) return at + 1;
      this.#hasContent = true;
      this.#word = '';
      return at + 1;
    }
    this.#hasContent = true;
    // A delimiter may begin within a word.
    const cut = line.slice(at, at + word.length + this.#delimiter.length - 1).indexOf(this.#delimiter);
    this.#word = cut < 0 ? word : '';
    return at + (cut < 0 ? word.length : cut);
  }

  #stepInComment(line: string, at: number, depth: number): number {
    if (line.startsWith('*/', at)) {
      this.#inside = depth > 1 ? { kind: 'comment', depth: depth - 1 } : PLAIN;
      return at + 2;
    }
    if (!this.#syntax().hasNestedComments || !line.startsWith('/*', at)) return at + 1;
    this.#inside = { kind: 'comment', depth: depth + 1 };
    return at + 2;
  }

  #leave(line: string, at: number, end: string): number {
    if (!line.startsWith(end, at)) return at + 1;
    this.#inside = PLAIN;
    return at + end.length;
  }
}

/** A carriage return by itself ends it, too. */
function endOfLineComment(line: string, at: number): number {
  const end = line.indexOf('\r', at);
  return end < 0 ? line.length : end;
}
