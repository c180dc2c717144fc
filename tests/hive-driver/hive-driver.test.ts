import { join } from 'node:path';
import { clientSuite, words } from '../support/client-suite.ts';

// Left out: `prepared`, for this driver has no parameters. It knows no discovery either.
const checks = words(`
  select-1 typed-row null-row result-metadata rows-100k rows-100k-small-fetches rows-100k-large-fetches empty-result
  interleaved unicode quotes binary statement-without-rows session-state session-isolation
  syntax-error unknown-table cancel query-timeout operation-log use-after-close reopen connections-20
  product catalogs schemas table-types type-info functions tables columns metadata-patterns metadata-empty
  primary-keys cross-reference
`);

clientSuite({
  name: 'hive-driver',
  checks: { binary: checks, http: checks, nosasl: checks },
  program: async () => ({ command: process.execPath, args: [join(import.meta.dirname, 'checks.mjs')] }),
});
