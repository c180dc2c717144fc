/** The checks that every client program knows; a client's suite adds its own. */
export const commonChecks = `
  select-1 typed-row null-row result-metadata rows-100k rows-100k-small-fetches empty-result prepared interleaved unicode
  syntax-error unknown-table cancel reopen
  catalogs schemas table-types type-info functions tables columns primary-keys
`
  .trim()
  .split(/\s+/);
