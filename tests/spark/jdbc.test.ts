import { afterAll, beforeAll, describe, test } from 'vitest';
import { commonChecks, jdbcChecks } from '../support/check-names.ts';
import { CLIENT_TIMEOUT_MS, type ClientReport } from '../support/client-checks.ts';
import { dialects } from '../support/dialects.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import type { JdbcDriver } from '../support/jars.ts';
import { onSpark } from '../support/spark-checks.ts';
import { SPARK_FETCH_TIMEOUT_MS, sparkGateway } from '../support/spark.ts';
import { runJdbc } from '../jdbc/run-jdbc.ts';

/** An old one, the newest, and Kyuubi's. */
const drivers: readonly JdbcDriver[] = ['hive-jdbc-3.1.3', 'hive-jdbc-4.1.0', 'kyuubi-jdbc-1.10.1'];

const checksOf = (driver: JdbcDriver): readonly string[] => [
  ...onSpark([...commonChecks, ...jdbcChecks]),
  ...(driver.startsWith('kyuubi') ? ['launch-log'] : []),
];
const overHttp = ['select-1', 'typed-row', 'rows-100k', 'cancel', 'tables', 'columns', 'reopen'];

let gateway: Gateway;
let home: GatewayHome;

beforeAll(async () => {
  ({ gateway, home } = await startGateway(await sparkGateway()));
}, SPARK_FETCH_TIMEOUT_MS);
afterAll(async () => home?.close());

describe.each(drivers)('%s on Spark', (driver) => {
  let report: ClientReport;

  beforeAll(async () => {
    const targets = [
      { name: 'binary', url: gateway.urls.binary, checks: checksOf(driver) },
      { name: 'http', url: gateway.urls.http, checks: overHttp },
      { name: 'zooKeeper', url: gateway.urls.zooKeeper, checks: ['select-1', 'reopen'] },
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
