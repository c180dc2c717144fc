import { clientSuite, words } from '../support/client-suite.ts';
import { rustProgramOf } from '../support/rust.ts';

// Left out: `prepared` and `interleaved`; hive-rust is the generated client and a SASL transport, and knows no parameters and no
// result sets. It knows neither HTTP nor discovery.
const checks = words(`
  select-1 typed-row null-row result-metadata rows-100k rows-100k-small-fetches rows-100k-large-fetches empty-result
  unicode quotes binary statement-without-rows session-state session-isolation
  syntax-error unknown-table cancel query-timeout operation-log reopen connections-20
  catalogs schemas table-types type-info functions tables columns primary-keys cross-reference
  metadata-patterns metadata-empty
`);

clientSuite({
  name: 'hive-rust',
  checks: { binary: checks, nosasl: checks },
  program: async () => ({ command: await rustProgramOf('hive-rust'), args: [] }),
});
