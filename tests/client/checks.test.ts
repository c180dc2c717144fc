import { join } from 'node:path';
import { commonChecks } from '../support/check-names.ts';
import { clientSuite, words } from '../support/client-suite.ts';

const checks = [
  ...commonChecks,
  ...words(`batches statement-without-rows parameter-texts parameter-types parameter-lists
    launch-log abort progress use-after-close`),
];

clientSuite({
  name: '@senbon/client',
  checks: { binary: checks, http: checks, nosasl: checks, zooKeeper: checks },
  program: async () => ({ command: process.execPath, args: [join(import.meta.dirname, 'checks.mjs')] }),
});
