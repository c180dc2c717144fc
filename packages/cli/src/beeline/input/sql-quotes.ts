import type { SqlSyntax } from './sql-syntax.ts';

/** A quote that has begun. */
export interface Quote {
  readonly kind: 'quote';
  readonly end: string;
  readonly hasEscapes: boolean;
  /** Characters that begin it. */
  readonly length: number;
}

const PREFIXED = /[eExXbB]'/y;
const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/** The quote that begins at `at`, which stands outside of words. `before` is the word that the text before ends with. */
export function quoteAt(line: string, at: number, before: string, syntax: SqlSyntax): Quote | null {
  const { backslashEscapes, hasDollarQuotes } = syntax;
  const char = line.charAt(at);
  const isHives = backslashEscapes === 'quotes';
  if (char === "'")
    return singleQuote(backslashEscapes !== 'none' && !isEscapeOfLike(line, at, before, syntax));
  if (char === '"' || char === '`') {
    return { kind: 'quote', end: char, hasEscapes: char === '"' && isHives, length: 1 };
  }
  // DuckDB and PostgreSQL: E'it\'s', and x'…' without escapes whatever holds elsewhere.
  if (matches(PREFIXED, line, at) !== null) {
    const hasEscapes = isHives || char.toLowerCase() === 'e';
    return { ...singleQuote(hasEscapes), length: 2 };
  }
  const tag = hasDollarQuotes && char === '$' ? matches(DOLLAR, line, at) : null;
  return tag === null ? null : { kind: 'quote', end: tag, hasEscapes: false, length: tag.length };
}

function singleQuote(hasEscapes: boolean): Quote {
  return { kind: 'quote', end: "'", hasEscapes, length: 1 };
}

/** `LIKE … ESCAPE '\'`, which Senbon's DuckDB takes for whole whatever it thinks of backslashes. */
function isEscapeOfLike(line: string, at: number, before: string, { backslashEscapes }: SqlSyntax): boolean {
  return (
    backslashEscapes === 'strings' &&
    before.toLowerCase() === 'escape' &&
    line.startsWith(String.raw`'\'`, at) &&
    line.charAt(at + 3) !== "'"
  );
}

function matches(pattern: RegExp, line: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0] ?? null;
}
