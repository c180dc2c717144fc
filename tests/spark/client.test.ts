import { join } from 'node:path';
import { commonChecks } from '../support/check-names.ts';
import { clientSuite, words } from '../support/client-suite.ts';
import { onSpark } from '../support/spark-checks.ts';
import { sparkEngine } from '../support/spark.ts';

const checks = [
  ...onSpark(commonChecks),
  ...words(`batches statement-without-rows parameter-texts parameter-types parameter-lists
    launch-log abort use-after-close`),
];

const program = async () => ({
  command: process.execPath,
  args: [join(import.meta.dirname, '../client/checks.mjs')],
});

clientSuite({
  name: '@senbon/client on Spark 3.5',
  checks: { binary: checks },
  program,
  engine: sparkEngine(),
});

clientSuite({
  name: '@senbon/client on Spark 4.0',
  checks: { binary: [...checks, 'progress'] },
  program,
  engine: sparkEngine('4.0'),
});
