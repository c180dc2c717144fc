/** The checks that every client program knows; a client's suite adds its own. */
export const commonChecks = `
  select-1 typed-row null-row result-metadata rows-100k rows-100k-small-fetches rows-100k-large-fetches empty-result
  prepared interleaved unicode quotes binary
  session-state session-isolation connections-20 reopen
  syntax-error unknown-table cancel query-timeout operation-log
  catalogs schemas table-types type-info functions tables columns primary-keys cross-reference
  metadata-patterns metadata-empty
`
  .trim()
  .split(/\s+/);

/** What is JDBC's own, besides the checks of every client. */
export const jdbcChecks = `
  product connection-state bi-metadata
  statement-reuse scroll max-rows updates prepared-types
  nested-types decimal-limits double-limits temporal-limits long-text
`
  .trim()
  .split(/\s+/);
