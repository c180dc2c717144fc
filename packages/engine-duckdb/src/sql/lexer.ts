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
const LONE_BACKSLASH: Token = { kind: 'string', text: String.raw`'\'` };
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

/** A piece of SQL text and where it begins; `plain` is a run of white space, digits and symbols that mean nothing here. */
export interface Piece {
  readonly kind: TokenKind | 'plain';
  readonly text: string;
  readonly at: number;
}

const AS_IT_IS = { kind: 'plain', text: LONE_BACKSLASH.text } as const;
const PLAIN = /[\s\d(),.+*=<>!%&|^~:?@#[\]{}]+/y;

/**
 * The tokens of `tokenize` one after the other, and runs of those that mean nothing in one piece: a statement that
 * inserts a million rows has ten times as many tokens, and all of them at once would be more memory than the engine has.
 */
export function* scan(sql: string, hasBackslashEscapes = false): Generator<Piece, void> {
  let isBehindEscape = false;
  for (let at = 0; at < sql.length; ) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(sql)?.[0];
    let piece: Omit<Piece, 'at'>;
    if (plain !== undefined) piece = { kind: 'plain', text: plain };
    else if (hasBackslashEscapes && isBehindEscape && isLoneBackslash(sql, at)) piece = AS_IT_IS;
    else piece = tokenAt(sql, at, hasBackslashEscapes);
    const { kind, text } = piece;
    yield { kind, text, at };
    at += text.length;
    if (kind === 'word') isBehindEscape = isEscapeWord(text);
    else if (kind !== 'comment' && !(kind === 'plain' && text.trim() === '')) isBehindEscape = false;
  }
}

/** `LIKE … ESCAPE '\'`, as SQL generators write it whatever the server thinks of backslashes. */
function isEscapeOfLike(sql: string, at: number, before: readonly Token[]): boolean {
  if (!isLoneBackslash(sql, at)) return false;
  const last = before.findLast(({ kind }) => kind !== 'space' && kind !== 'comment');
  return last?.kind === 'word' && isEscapeWord(last.text);
}

function isLoneBackslash(sql: string, at: number): boolean {
  return sql.startsWith(LONE_BACKSLASH.text, at) && sql[at + LONE_BACKSLASH.text.length] !== "'";
}

function isEscapeWord(word: string): boolean {
  return word.length === 'escape'.length && word.toLowerCase() === 'escape';
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
  let at = from + 1;
  let end = from;
  for (;;) {
    if (end < at) end = sql.indexOf(quote, at);
    if (end < 0) return sql.length;
    // Within the next quote's reach only: a search to the end of the text for each string would take time without end.
    const escape = hasEscapes ? sql.slice(at, end).indexOf('\\') : -1;
    if (escape >= 0) at += escape + 2;
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
