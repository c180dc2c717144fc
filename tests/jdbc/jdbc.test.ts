import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { commonChecks } from '../support/check-names.ts';
import { CLIENT_TIMEOUT_MS, type ClientReport, runClient } from '../support/client-checks.ts';
import { type Dialect, dialects } from '../support/dialects.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { type JarSet, jarsOf } from '../support/jars.ts';
import { compileJava } from '../support/java.ts';

const drivers: readonly JarSet[] = ['hive-jdbc-4.1.0', 'kyuubi-jdbc-1.10.1'];
const transports = ['binary', 'http', 'zooKeeper'] as const;

const checks = [...commonChecks, 'product'];

/** The Java program in `java/` with one driver on its class path. */
async function runJdbc(driver: JarSet, url: string, dialect: Dialect): Promise<ClientReport> {
  const classes = await compileJava(join(import.meta.dirname, 'java'));
  const { classpath } = await jarsOf(driver);
  const sql = Object.entries(dialect).map(([key, text]) => `-Dsql.${key}=${text}`);
  const options = ['-Xmx256m', '-Dfile.encoding=UTF-8', ...sql, '-cp', `${classes}:${classpath}`];
  return runClient({ command: 'java', args: [...options, 'JdbcChecks', url, 'anna', ...checks] });
}

let gateway: Gateway;
let home: GatewayHome;

beforeAll(async () => {
  ({ gateway, home } = await startGateway());
});

afterAll(async () => {
  await home.close();
});

describe.each(drivers)('%s', (driver) => {
  describe.each(transports)('over %s', (transport) => {
    let report: ClientReport;

    beforeAll(async () => {
      report = await runJdbc(driver, gateway.urls[transport], dialects.duckdb);
    }, CLIENT_TIMEOUT_MS);

    test.each(checks)('%s', (check) => {
      report.expectPassed(check);
    });
  });
});
