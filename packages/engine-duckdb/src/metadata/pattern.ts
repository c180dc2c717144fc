import { jdbcPattern } from '@senbon/engine-host';
import { literal } from '../sql/quote.ts';

/** A condition for the pattern of a metadata call, without regard to case as Hive's names have none. */
export function likePattern(column: string, sent: string | null): string {
  const pattern = jdbcPattern(sent);
  if (pattern === null) return 'true';
  // DuckDB refuses an escape without a character behind it; as JDBC reads it, that is the character itself.
  const closed = /(?:^|[^\\])(?:\\\\)*\\$/.test(pattern) ? `${pattern}\\` : pattern;
  return `${column} ILIKE ${literal(closed)} ESCAPE '\\'`;
}

/** A condition for a name that is no pattern; `null` and empty filter nothing. */
export function equalName(column: string, name: string | null): string {
  if (name === null || name === '') return 'true';
  return `lower(${column}) = lower(${literal(name)})`;
}
