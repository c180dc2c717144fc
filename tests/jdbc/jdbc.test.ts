import { afterAll, beforeAll, describe, test } from 'vitest';
import { commonChecks } from '../support/check-names.ts';
import { CLIENT_TIMEOUT_MS, type ClientReport } from '../support/client-checks.ts';
import { dialects } from '../support/dialects.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import type { JdbcDriver } from '../support/jars.ts';
import { runJdbc } from './run-jdbc.ts';

const drivers: readonly JdbcDriver[] = [
  'hive-jdbc-2.3.9',
  'hive-jdbc-3.1.3',
  'hive-jdbc-4.0.1',
  'hive-jdbc-4.1.0',
  'kyuubi-jdbc-1.9.2',
  'kyuubi-jdbc-1.10.1',
];
const transports = ['binary', 'http', 'zooKeeper'] as const;
const checks = [...commonChecks, 'product'];

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
      const target = { driver, url: gateway.urls[transport], user: 'anna', dialect: dialects.duckdb };
      report = await runJdbc(target, checks);
    }, CLIENT_TIMEOUT_MS);

    test.each(checks)('%s', (check) => {
      report.expectPassed(check);
    });
  });
});
