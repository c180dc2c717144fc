import { afterAll, beforeAll, describe, test } from 'vitest';
import { CLIENT_TIMEOUT_MS, type ClientReport } from '../support/client-checks.ts';
import { dialects } from '../support/dialects.ts';
import { type GatewayHome, startGateway } from '../support/gateway.ts';
import type { JdbcDriver } from '../support/jars.ts';
import { runJdbc } from './run-jdbc.ts';

const drivers: readonly JdbcDriver[] = [
  'hive-jdbc-2.3.9',
  'hive-jdbc-3.1.3',
  'hive-jdbc-4.1.0',
  'kyuubi-jdbc-1.10.1',
];
const spaces = ['kyuubi', 'kyuubi_http'] as const;
const checks = ['select-1', 'reopen'];

let home: GatewayHome;
let discovery: string;

beforeAll(async () => {
  const started = await startGateway({
    conf: {
      'kyuubi.ha.advertise': 'THRIFT_BINARY=kyuubi,THRIFT_HTTP=kyuubi_http',
      'kyuubi.ha.zookeeper.publish.configs': 'true',
      'kyuubi.frontend.thrift.http.path': 'sql',
    },
  });
  home = started.home;
  const { host, port } = started.gateway.zooKeeper ?? { host: '', port: 0 };
  discovery = `jdbc:hive2://${host}:${port}/;serviceDiscoveryMode=zooKeeper`;
});

afterAll(async () => home.close());

describe.each(drivers)('%s finds with nothing in its URL', (driver) => {
  let report: ClientReport;

  beforeAll(async () => {
    // No transportMode and no httpPath: the port in the second space speaks HTTP alone, at a path of its own.
    const targets = spaces.map((name) => ({ name, url: `${discovery};zooKeeperNamespace=${name}`, checks }));
    report = await runJdbc(driver, targets, dialects.duckdb);
  }, CLIENT_TIMEOUT_MS);

  test.each(checks)('the binary frontend: %s', (check) => report.expectPassed(`kyuubi ${check}`));
  test.each(checks)('the HTTP frontend: %s', (check) => report.expectPassed(`kyuubi_http ${check}`));
});
