const QUERIES = new Set([
  'select',
  'with',
  'from',
  'values',
  'table',
  'show',
  'describe',
  'desc',
  'explain',
  'summarize',
  'pragma',
  'call',
  'execute',
]);

/**
 * Whether a statement will probably have rows, from its first word: for an asynchronous one that still runs when its
 * handle must say so. Drivers that believe the handle (impyla, PyHive) could not fetch a slow query otherwise.
 */
export function looksLikeQuery(statement: string): boolean {
  const word = /^[a-z]+/i.exec(statement.slice(startOf(statement)))?.[0];
  return word !== undefined && QUERIES.has(word.toLowerCase());
}

/** Behind white space, comments and opening parentheses; a scan, because a pattern for all three backtracks without end. */
function startOf(statement: string): number {
  let at = 0;
  for (;;) {
    if (/[\s(]/.test(statement.charAt(at))) at++;
    else if (statement.startsWith('--', at)) at = behind(statement, '\n', at);
    else if (statement.startsWith('/*', at)) at = behind(statement, '*/', at + 2);
    else return at;
  }
}

function behind(statement: string, end: string, from: number): number {
  const found = statement.indexOf(end, from);
  return found < 0 ? statement.length : found + end.length;
}
