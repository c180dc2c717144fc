import { beforeAll, describe, test } from 'vitest';
import { commonChecks, jdbcChecks } from '../support/check-names.ts';
import { CLIENT_TIMEOUT_MS, type ClientReport } from '../support/client-checks.ts';
import { dialects } from '../support/dialects.ts';
import type { JdbcDriver } from '../support/jars.ts';
import { onSpark } from '../support/spark-checks.ts';
import { sparkSuite } from '../support/spark-suite.ts';
import { runJdbc } from '../jdbc/run-jdbc.ts';

/** An old one, the newest, and Kyuubi's. */
const drivers: readonly JdbcDriver[] = ['hive-jdbc-3.1.3', 'hive-jdbc-4.1.0', 'kyuubi-jdbc-1.10.1'];

const checksOf = (driver: JdbcDriver): readonly string[] => [
  ...onSpark([...commonChecks, ...jdbcChecks]),
  ...(driver.startsWith('kyuubi') ? ['launch-log'] : []),
];
const overHttp = ['select-1', 'typed-row', 'rows-100k', 'cancel', 'tables', 'columns', 'reopen'];

const suite = sparkSuite();

describe.each(drivers)('%s on Spark', (driver) => {
  let report: ClientReport;

  beforeAll(async () => {
    const targets = [
      { name: 'binary', url: suite.gateway.urls.binary, checks: checksOf(driver) },
      { name: 'http', url: suite.gateway.urls.http, checks: overHttp },
      { name: 'zooKeeper', url: suite.gateway.urls.zooKeeper, checks: ['select-1', 'reopen'] },
    ];
    report = await runJdbc(driver, targets, dialects.spark);
    console.log(`${driver}: ${report.summary()}`);
  }, CLIENT_TIMEOUT_MS);

  test.each(checksOf(driver))('over binary: %s', (check) => report.expectPassed(`binary ${check}`));
  test.each(overHttp)('over HTTP: %s', (check) => report.expectPassed(`http ${check}`));
  test.each(['select-1', 'reopen'])('through ZooKeeper: %s', (check) =>
    report.expectPassed(`zooKeeper ${check}`),
  );
});
