import { failed } from '../connection/duckdb-error.ts';
import { LONE_BACKSLASH, type Token, tokenize } from './lexer.ts';
import { identifier } from './quote.ts';

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
  const tokens = tokenize(text, hasBackslashEscapes);
  const statements = splitAtSemicolons(tokens);
  if (statements.length > 1) {
    throw failed(
      '0A000',
      `${statements.length} statements were sent in one call; send them one by one (this is the second: ${preview(statements[1] ?? [])})`,
    );
  }
  const [statement] = statements;
  if (statement === undefined) throw failed('42601', 'The statement is empty');
  return statement
    .map((token, i) =>
      hasBackslashEscapes && token.text.startsWith("'") && token !== LONE_BACKSLASH
        ? unescape(token.text)
        : translate(token, statement[i + 1]),
    )
    .join('');
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

function splitAtSemicolons(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'symbol' || token.text !== ';') {
      current.push(token);
      continue;
    }
    statements.push(current);
    current = [];
  }
  statements.push(current);
  return statements.map(trim).filter((statement) => statement.length > 0);
}

function trim(tokens: readonly Token[]): readonly Token[] {
  const first = tokens.findIndex(isText);
  return first < 0 ? [] : tokens.slice(first, tokens.findLastIndex(isText) + 1);
}

function isText(token: Token): boolean {
  return token.kind !== 'space' && token.kind !== 'comment';
}

function translate(token: Token, next: Token | undefined): string {
  if (token.kind === 'backtick' && token.text.length > 1 && token.text.endsWith('`')) {
    return identifier(token.text.slice(1, -1).replaceAll('``', '`'));
  }
  if (token.kind === 'word' && next?.text === '.' && token.text.toLowerCase() === 'default')
    return '"default"';
  return token.text;
}

function preview(tokens: readonly Token[]): string {
  const text = tokens.map((token) => token.text).join('');
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
