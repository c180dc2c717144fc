/** What a piece of SQL text is. `quoted` is a double-quoted identifier, `backtick` Hive's form of one. */
export type TokenKind = 'space' | 'comment' | 'string' | 'quoted' | 'backtick' | 'word' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

interface Pattern {
  readonly kind: TokenKind;
  readonly pattern: RegExp;
}

/** Loops over single classes of characters: of any other loop V8 keeps every step, and overflows its stack at some megabytes. */
const patterns: readonly Pattern[] = [
  { kind: 'space', pattern: /\s+/y },
  { kind: 'comment', pattern: /--[^\n\r]*/y },
  { kind: 'word', pattern: /[\p{L}_][\p{L}\p{N}_$]*|\d[\p{L}\p{N}_.]*/uy },
];
/** A whole string where nothing can follow it inside of the quotes; see `isEscapeOfLike`. */
export const LONE_BACKSLASH: Token = { kind: 'string', text: String.raw`'\'` };
const QUOTES: Readonly<Record<string, TokenKind>> = { "'": 'string', '"': 'quoted', '`': 'backtick' };
const STRING_PREFIXES = 'eExXbB';
const dollarQuote = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/**
 * Cuts SQL into tokens that are, put together, the text again. It knows where DuckDB's strings, identifiers and
 * comments begin and end, and nothing of grammar. What is not terminated runs to the end: DuckDB's parser says so.
 */
export function tokenize(sql: string, hasBackslashEscapes = false): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const token =
      hasBackslashEscapes && isEscapeOfLike(sql, at, tokens)
        ? LONE_BACKSLASH
        : tokenAt(sql, at, hasBackslashEscapes);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

/** `LIKE … ESCAPE '\'`, as SQL generators write it whatever the server thinks of backslashes. */
function isEscapeOfLike(sql: string, at: number, before: readonly Token[]): boolean {
  if (!sql.startsWith(LONE_BACKSLASH.text, at) || sql[at + LONE_BACKSLASH.text.length] === "'") return false;
  const last = before.findLast(({ kind }) => kind !== 'space' && kind !== 'comment');
  return last?.kind === 'word' && last.text.toLowerCase() === 'escape';
}

function tokenAt(sql: string, at: number, hasBackslashEscapes: boolean): Token {
  if (sql.startsWith('/*', at)) return { kind: 'comment', text: blockComment(sql, at) };
  const dollar = dollarString(sql, at);
  if (dollar !== null) return { kind: 'string', text: dollar };
  const quoted = quotedAt(sql, at, hasBackslashEscapes);
  if (quoted !== null) return quoted;
  for (const { kind, pattern } of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return { kind: 'symbol', text: sql[at] as string };
}

/** In Hive a backslash escapes in every '…'; in DuckDB in E'…' alone, the other kinds of string know the doubled quote only. */
function quotedAt(sql: string, at: number, hasBackslashEscapes: boolean): Token | null {
  const first = sql[at] as string;
  const kind = QUOTES[first];
  if (kind !== undefined) {
    const end = endOfQuoted(sql, at, hasBackslashEscapes && kind === 'string');
    return { kind, text: sql.slice(at, end) };
  }
  if (sql[at + 1] !== "'" || !STRING_PREFIXES.includes(first)) return null;
  const end = endOfQuoted(sql, at + 1, first === 'e' || first === 'E');
  return { kind: 'string', text: sql.slice(at, end) };
}

/** Behind the quote that ends the text whose first quote is at `from`; the end of `sql` when there is none. */
export function endOfQuoted(sql: string, from: number, hasEscapes = false): number {
  const quote = sql[from] as string;
  // Each is looked for again only when it has been passed, else many of one would cost a search to the other each.
  let end = from;
  let backslash = hasEscapes ? from : -1;
  let at = from + 1;
  for (;;) {
    if (end < at) end = sql.indexOf(quote, at);
    if (end < 0) end = Infinity;
    if (backslash >= 0 && backslash < at) backslash = sql.indexOf('\\', at);
    if (backslash >= 0 && backslash < end) at = backslash + 2;
    else if (end === Infinity) return sql.length;
    else if (sql[end + 1] !== quote) return end + 1;
    else at = end + 2;
  }
}

/** Block comments nest, as in PostgreSQL. */
function blockComment(sql: string, from: number): string {
  let depth = 0;
  let at = from;
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      depth++;
      at += 2;
    } else if (sql.startsWith('*/', at)) {
      depth--;
      at += 2;
      if (depth === 0) break;
    } else {
      at++;
    }
  }
  return sql.slice(from, at);
}

function dollarString(sql: string, at: number): string | null {
  if (sql[at] !== '$') return null;
  dollarQuote.lastIndex = at;
  const tag = dollarQuote.exec(sql)?.[0];
  if (tag === undefined) return null;
  const end = sql.indexOf(tag, at + tag.length);
  return end < 0 ? sql.slice(at) : sql.slice(at, end + tag.length);
}
