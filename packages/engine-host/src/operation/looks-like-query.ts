const LEADING = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\()*([a-z]+)/i;
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
  const word = LEADING.exec(statement.slice(0, 10_000))?.[1];
  return word !== undefined && QUERIES.has(word.toLowerCase());
}
