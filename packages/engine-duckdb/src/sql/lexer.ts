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

const duckDbPatterns: readonly Pattern[] = [
  { kind: 'space', pattern: /\s+/y },
  { kind: 'comment', pattern: /--[^\n\r]*/y },
  // E'…' knows backslash escapes, the other kinds of string only the doubled quote.
  { kind: 'string', pattern: /[eE]'(?:[^'\\]|\\[^]|'')*(?:'|$)/y },
  { kind: 'string', pattern: /(?:[xXbB])?'(?:[^']|'')*(?:'|$)/y },
  { kind: 'quoted', pattern: /"(?:[^"]|"")*(?:"|$)/y },
  { kind: 'backtick', pattern: /`(?:[^`]|``)*(?:`|$)/y },
  { kind: 'word', pattern: /[\p{L}_][\p{L}\p{N}_$]*|\d[\p{L}\p{N}_.]*/uy },
];
/** In Hive a backslash escapes in every '…'. */
const hivePatterns: readonly Pattern[] = [
  { kind: 'string', pattern: /'(?:[^'\\]|\\(?:[^]|$)|'')*(?:'|$)/y },
  ...duckDbPatterns,
];
/** A whole string where nothing can follow it inside of the quotes; see `isEscapeOfLike`. */
export const LONE_BACKSLASH: Token = { kind: 'string', text: String.raw`'\'` };
const dollarQuote = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/**
 * Cuts SQL into tokens that are, put together, the text again. It knows where DuckDB's strings, identifiers and
 * comments begin and end, and nothing of grammar. What is not terminated runs to the end: DuckDB's parser says so.
 */
export function tokenize(sql: string, hasBackslashEscapes = false): readonly Token[] {
  const patterns = hasBackslashEscapes ? hivePatterns : duckDbPatterns;
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const token =
      hasBackslashEscapes && isEscapeOfLike(sql, at, tokens) ? LONE_BACKSLASH : tokenAt(sql, at, patterns);
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

function tokenAt(sql: string, at: number, patterns: readonly Pattern[]): Token {
  if (sql.startsWith('/*', at)) return { kind: 'comment', text: blockComment(sql, at) };
  const dollar = dollarString(sql, at);
  if (dollar !== null) return { kind: 'string', text: dollar };
  for (const { kind, pattern } of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return { kind: 'symbol', text: sql[at] as string };
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
