/** What differs between engines in where a text or a comment ends. */
export interface SqlSyntax {
  /** Where `\'` stands for a quote: in `'…'` and `"…"`, in `'…'` alone, or nowhere. */
  readonly backslashEscapes: 'quotes' | 'strings' | 'none';
  /** `$$ … $$` and `$tag$ … $tag$` are quotes. */
  readonly hasDollarQuotes: boolean;
  /** A comment within a comment has its own end. */
  readonly hasNestedComments: boolean;
}

/** Hive, Impala: and so whatever does not say what it is. */
const hiveSyntax: SqlSyntax = {
  backslashEscapes: 'quotes',
  hasDollarQuotes: false,
  hasNestedComments: false,
};
const standardSyntax: SqlSyntax = { ...hiveSyntax, backslashEscapes: 'none' };

/** `dbmsName` as a server tells it by GetInfo. */
export function syntaxOf(dbmsName: string): SqlSyntax {
  if (/duckdb|postgres/i.test(dbmsName)) {
    return { backslashEscapes: 'none', hasDollarQuotes: true, hasNestedComments: true };
  }
  if (/spark/i.test(dbmsName)) return { ...hiveSyntax, hasNestedComments: true };
  return /trino|presto|flink|oracle|sqlite/i.test(dbmsName) ? standardSyntax : hiveSyntax;
}

/** What a session of Senbon's DuckDB is asked: it may have changed it, and so may its server. */
export const BACKSLASH_KEY = 'kyuubi.engine.duckdb.backslash.escapes';

export function mayEscapeInStrings(dbmsName: string): boolean {
  return /duckdb/i.test(dbmsName);
}
