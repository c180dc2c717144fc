import { join } from 'node:path';
import { describe } from 'vitest';
import { clientSuite, words } from '../support/client-suite.ts';
import { npmSetOf } from '../support/npm.ts';

const program = join(import.meta.dirname, 'checks.mjs');

// Left out: `prepared`, for this driver has no parameters. It knows neither SASL nor HTTP nor discovery.
const checks = words(`
  select-1 typed-row null-row result-metadata rows-100k rows-100k-small-fetches rows-100k-large-fetches empty-result
  interleaved unicode quotes binary statement-without-rows session-state session-isolation
  syntax-error unknown-table cancel query-timeout operation-log reopen connections-20
  catalogs schemas table-types type-info functions tables columns metadata-patterns metadata-empty
`);

/** The driver speaks with the code that was generated for a version of Hive: 1.1.0 (V7) is its default, 2.1.1 (V9) its newest. */
describe.each([
  { hive: '1.1.0', own: [] },
  // Hive has these calls since 2.1.
  { hive: '2.1.1', own: ['primary-keys', 'cross-reference'] },
])('as of Hive $hive', ({ hive, own }) => {
  clientSuite({
    name: 'jshs2',
    checks: { nosasl: [...checks, ...own] },
    program: async () => ({ command: process.execPath, args: [program, await npmSetOf('jshs2'), hive] }),
  });
});
