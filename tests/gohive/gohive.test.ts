import { clientSuite, words } from '../support/client-suite.ts';
import { goProgramOf } from '../support/go.ts';

// Left out: `prepared`, for gohive has no parameters.
const checks = words(`
  select-1 typed-row null-row result-metadata rows-100k rows-100k-small-fetches rows-100k-large-fetches empty-result
  interleaved unicode quotes binary statement-without-rows session-state session-isolation session-settings
  syntax-error unknown-table cancel cancel-async query-timeout deadline operation-log
  use-after-close reopen connections-20
`);

// By gohive's generated client, for gohive itself has none; hence not by ZooKeeper, which only gohive's `Connection` knows.
const metadata = words(`
  catalogs schemas table-types type-info functions tables columns primary-keys cross-reference
  metadata-patterns metadata-empty
`);

clientSuite({
  name: 'gohive',
  checks: {
    binary: [...checks, ...metadata],
    http: [...checks, ...metadata, 'idle-connection'],
    nosasl: [...checks, ...metadata],
    zooKeeper: checks,
  },
  program: async () => ({ command: await goProgramOf('gohive'), args: [] }),
});
