/** What differs between engines in where a text ends. */
export interface SqlSyntax {
  /** `\'` stands for a quote within quotes. */
  readonly hasBackslashEscapes: boolean;
  /** `$$ … $$` and `$tag$ … $tag$` are quotes. */
  readonly hasDollarQuotes: boolean;
}

/** Hive, Spark, Impala: and so whatever does not say what it is. */
const hiveSyntax: SqlSyntax = { hasBackslashEscapes: true, hasDollarQuotes: false };
const standardSyntax: SqlSyntax = { hasBackslashEscapes: false, hasDollarQuotes: false };

/** `dbmsName` as a server tells it by GetInfo. */
export function syntaxOf(dbmsName: string): SqlSyntax {
  if (/duckdb|postgres/i.test(dbmsName)) return { ...standardSyntax, hasDollarQuotes: true };
  return /trino|presto|flink|oracle|sqlite/i.test(dbmsName) ? standardSyntax : hiveSyntax;
}
