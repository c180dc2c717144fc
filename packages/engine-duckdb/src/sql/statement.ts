import { failed } from '../connection/duckdb-error.ts';
import { type Piece, scan } from './lexer.ts';
import { identifier } from './quote.ts';

const DEFAULT = 'default';
const MAX_PARTS = 10_000;
const ESCAPED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * The one statement in `text`, in DuckDB's own spelling: without the semicolon and comments around it, backtick
 * identifiers in double quotes, `default.` quoted, which Hive takes as a database and DuckDB as a keyword, and
 * with `hasBackslashEscapes` no backslash escapes in strings, which DuckDB would take for two characters.
 * Throws STATEMENT_FAILED for none (42601) and for more than one (0A000).
 */
export function normalizeStatement(text: string, hasBackslashEscapes = false): string {
  const drafts: Draft[] = [];
  let current: Draft | null = null;
  let count = 0;
  for (const piece of scan(text, hasBackslashEscapes)) {
    if (piece.kind === 'symbol' && piece.text === ';') {
      current = null;
      continue;
    }
    const { from, to } = extentOf(piece);
    if (from === to) continue;
    if (current === null) {
      current = new Draft(text, from);
      count++;
      // Of further ones no more than the second is shown.
      if (count <= 2) drafts.push(current);
    }
    current.extend(to);
    if (count === 1) current.replace(piece, translate(piece, text, hasBackslashEscapes));
  }
  const [first, second] = drafts;
  if (first === undefined) throw failed('42601', 'The statement is empty');
  if (second === undefined) return first.finish();
  throw failed(
    '0A000',
    `${count} statements were sent in one call; send them one by one (this is the second: ${preview(second.finish())})`,
  );
}

/** A statement on its way: what has changed of the text, and what stays as it is between. */
class Draft {
  readonly #text: string;
  #copied: number;
  #end: number;
  #parts: string[] = [];
  /** Parts put together, for there may be millions. */
  readonly #joined: string[] = [];

  constructor(text: string, start: number) {
    this.#text = text;
    this.#copied = start;
    this.#end = start;
  }

  extend(end: number): void {
    this.#end = end;
  }

  replace({ at, text }: Piece, by: string): void {
    if (by === text) return;
    this.#parts.push(this.#text.slice(this.#copied, at), by);
    this.#copied = at + text.length;
    if (this.#parts.length < MAX_PARTS) return;
    this.#joined.push(this.#parts.join(''));
    this.#parts = [];
  }

  finish(): string {
    return [...this.#joined, ...this.#parts, this.#text.slice(this.#copied, this.#end)].join('');
  }
}

/** Where the piece has something else than white space and comments; from and to are one when it has not. */
function extentOf({ kind, text, at }: Piece): { readonly from: number; readonly to: number } {
  if (kind === 'comment' || kind === 'space') return { from: at, to: at };
  if (kind !== 'plain') return { from: at, to: at + text.length };
  const tail = text.trimEnd().length;
  return { from: at + Math.min(tail, text.length - text.trimStart().length), to: at + tail };
}

/**
 * Other backslashes stay, so that patterns such as `'\d+'` need not be written twice. An unfinished string stays one,
 * even if the quote at its end was escaped.
 */
function unescape(text: string): string {
  return text.replace(/\\([^]|$)/g, (pair, escaped: string) => {
    if (escaped === '') return '';
    const plain = ESCAPED[escaped];
    return plain === "'" ? "''" : (plain ?? pair);
  });
}

function translate({ kind, text, at }: Piece, sql: string, hasBackslashEscapes: boolean): string {
  if (kind === 'string') {
    const isHive = hasBackslashEscapes && text.startsWith("'");
    return isHive && text.includes('\\') ? unescape(text) : text;
  }
  if (kind === 'backtick' && text.length > 1 && text.endsWith('`')) {
    return identifier(text.slice(1, -1).replaceAll('``', '`'));
  }
  const isDefault = kind === 'word' && text.length === DEFAULT.length && text.toLowerCase() === DEFAULT;
  return isDefault && sql[at + text.length] === '.' ? identifier(DEFAULT) : text;
}

function preview(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
