import { join } from 'node:path';
import { commonChecks } from '../support/check-names.ts';
import { pythonSuite } from '../support/python-suite.ts';
import { onSpark } from '../support/spark-checks.ts';
import { sparkEngine } from '../support/spark.ts';

/** Its session may take a second for any statement; on a busy machine Spark's plainest takes longer. The JDBC suite has it. */
const notOnSpark = 'query-timeout';

pythonSuite({
  name: 'PyHive on Spark',
  set: 'pyhive',
  folder: join(import.meta.dirname, '../pyhive'),
  checks: onSpark(commonChecks).filter((check) => check !== notOnSpark),
  engine: sparkEngine(),
  transports: ['binary', 'http'],
});
