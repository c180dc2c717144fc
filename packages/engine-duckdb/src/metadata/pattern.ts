import { literal } from '../sql/quote.ts';

/**
 * A condition for a JDBC pattern (`%`, `_`, `\` as escape), without regard to case as Hive's names have none.
 * `null`, empty and `*` filter nothing: several drivers send those for "all". impyla writes `.*` for any text, which Hive
 * lets pass because its patterns become regular expressions.
 */
export function likePattern(column: string, pattern: string | null): string {
  if (pattern === null || pattern === '' || pattern === '%' || pattern === '*') return 'true';
  // DuckDB refuses an escape without a character behind it; as JDBC reads it, that is the character itself.
  const closed = /(?:^|[^\\])(?:\\\\)*\\$/.test(pattern) ? `${pattern}\\` : pattern;
  const like = closed.replaceAll('.*', '%');
  return `${column} ILIKE ${literal(like)} ESCAPE '\\'`;
}

/** A condition for a name that is no pattern; `null` and empty filter nothing. */
export function equalName(column: string, name: string | null): string {
  if (name === null || name === '') return 'true';
  return `lower(${column}) = lower(${literal(name)})`;
}
