import { join } from 'node:path';
import { commonChecks } from '../support/check-names.ts';
import { clientSuite, words } from '../support/client-suite.ts';
import { sparkEngine } from '../support/spark.ts';

/** Spark keeps no keys, and two quotes in a text are to it the end of one text and the begin of the next. */
const notSparks = ['primary-keys', 'cross-reference', 'quotes'];

const checks = [
  ...commonChecks.filter((check) => !notSparks.includes(check)),
  ...words(`batches statement-without-rows parameter-texts parameter-types parameter-lists
    launch-log abort use-after-close`),
];

clientSuite({
  name: '@senbon/client on Spark',
  checks: { binary: checks },
  program: async () => ({
    command: process.execPath,
    args: [join(import.meta.dirname, '../client/checks.mjs')],
  }),
  engine: sparkEngine,
});
