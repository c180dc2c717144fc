import { ClientError } from '../client-error.ts';
import { literalOf, type Parameter } from './literal.ts';

/** Text without placeholders, and a placeholder. What is not terminated runs to the end. */
const TOKEN = new RegExp(
  [
    String.raw`'(?:[^']|'')*(?:'|$)`,
    String.raw`"(?:[^"]|"")*(?:"|$)`,
    '`(?:[^`]|``)*(?:`|$)',
    String.raw`--[^\n\r]*`,
    String.raw`(?<tag>\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$)[^]*?(?:\k<tag>|$)`,
    // A name may have dollars in it.
    String.raw`[\p{L}_][\p{L}\p{N}_$]*`,
    String.raw`\/\*`,
    String.raw`\?`,
  ].join('|'),
  'gu',
);
/** By the quote: an odd number of backslashes before it. Then it is escaped for some engines, and the end for others. */
const ESCAPED_QUOTE = new Map([
  ["'", /(?<!\\)(?:\\\\)*\\'/],
  ['"', /(?<!\\)(?:\\\\)*\\"/],
]);

/**
 * Puts parameters in place of the statement's `?`, those in strings, quoted names and comments apart. The server gets plain
 * SQL, as from Hive's JDBC drivers: the protocol knows no parameters. Throws ClientError PARAMETER_COUNT,
 * PARAMETER_INVALID, or STATEMENT_AMBIGUOUS when engines do not agree where a string or comment ends.
 */
export function bindParameters(statement: string, parameters: readonly Parameter[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const at of placeholders(statement)) {
    pieces.push(statement.slice(from, at));
    from = at + 1;
  }
  if (pieces.length !== parameters.length) {
    throw new ClientError('PARAMETER_COUNT', { placeholders: pieces.length, parameters: parameters.length });
  }
  const bound = pieces.map((piece, i) => piece + literalOf(parameters[i] as Parameter, i + 1));
  return bound.join('') + statement.slice(from);
}

function placeholders(statement: string): number[] {
  const found: number[] = [];
  const token = new RegExp(TOKEN);
  for (let match = token.exec(statement); match !== null; match = token.exec(statement)) {
    const [text] = match;
    if (text === '?') found.push(match.index);
    else if (text === '/*') token.lastIndex = endOfComment(statement, match.index);
    else assertClear(text, match.index);
  }
  return found;
}

function assertClear(token: string, position: number): void {
  const isEscaped = ESCAPED_QUOTE.get(token.charAt(0))?.test(token) === true;
  // Spark goes on with a comment behind a backslash at the end of its line.
  const isContinued = token.startsWith('--') && token.endsWith('\\');
  if (isEscaped || isContinued) {
    throw new ClientError('STATEMENT_AMBIGUOUS', { position: position + 1, part: token.slice(0, 40) });
  }
}

/** Block comments nest, in DuckDB as in Spark. */
function endOfComment(statement: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  let depth = 0;
  for (let match = edge.exec(statement); match !== null; match = edge.exec(statement)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return statement.length;
}
