import { afterAll, beforeAll, describe, test } from 'vitest';
import { commonChecks, jdbcChecks } from '../support/check-names.ts';
import { CLIENT_TIMEOUT_MS, type ClientReport } from '../support/client-checks.ts';
import { dialects } from '../support/dialects.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { type JdbcDriver, jdbcDrivers } from '../support/jars.ts';
import { type JdbcTarget, runJdbc } from './run-jdbc.ts';

/** Behind a driver's discovery stands the binary transport; of it only what differs by connection is asked again. */
const afterDiscovery = `
  select-1 typed-row rows-100k prepared session-state session-isolation connections-20 unicode
  syntax-error cancel tables reopen
`
  .trim()
  .split(/\s+/);

/** Without SASL a driver names its user in OpenSession, and the messages have no frames. */
const withoutSasl = `
  select-1 typed-row null-row result-metadata rows-100k prepared unicode quotes binary long-text
  session-state session-isolation connections-20 reopen syntax-error unknown-table cancel operation-log
  catalogs schemas functions tables columns metadata-empty connection-state
`
  .trim()
  .split(/\s+/);

/** Kyuubi's drivers alone know of it. */
const checksOf = (driver: JdbcDriver): readonly string[] => [
  ...commonChecks,
  ...jdbcChecks,
  ...(driver.startsWith('kyuubi') ? ['launch-log'] : []),
];

const homes: GatewayHome[] = [];
let plain: Gateway;
let published: Gateway;
let noSasl: Gateway;

async function start(conf: Readonly<Record<string, string>> = {}): Promise<Gateway> {
  const { gateway, home } = await startGateway({ conf });
  homes.push(home);
  return gateway;
}

beforeAll(async () => {
  plain = await start();
  published = await start({ 'kyuubi.ha.zookeeper.publish.configs': 'true' });
  noSasl = await start({ 'kyuubi.authentication': 'NOSASL' });
});

afterAll(async () => {
  await Promise.all(homes.map(async (home) => home.close()));
});

const targetsOf = (driver: JdbcDriver): readonly JdbcTarget[] => [
  { name: 'binary', url: plain.urls.binary, checks: checksOf(driver) },
  { name: 'http', url: plain.urls.http, checks: checksOf(driver) },
  { name: 'zooKeeper', url: plain.urls.zooKeeper, checks: afterDiscovery },
  { name: 'published', url: published.urls.zooKeeper, checks: ['select-1', 'reopen'] },
  { name: 'noSasl', url: `${noSasl.urls.binary};auth=noSasl`, checks: withoutSasl },
];

const runs = new Map<JdbcDriver, Promise<ClientReport>>();

async function runOf(driver: JdbcDriver): Promise<ClientReport> {
  const started = runs.get(driver) ?? runJdbc(driver, targetsOf(driver), dialects.duckdb);
  runs.set(driver, started);
  return started;
}

describe.each(jdbcDrivers)('%s', (driver) => {
  let report: ClientReport;

  beforeAll(async () => {
    // A driver waits for the engine most of the time and the other way round, so the next one runs beside it.
    const next = jdbcDrivers[jdbcDrivers.indexOf(driver) + 1];
    if (next !== undefined) runOf(next).catch(() => undefined);
    report = await runOf(driver);
    console.log(`${driver}: ${report.summary()}`);
  }, CLIENT_TIMEOUT_MS);

  test.each(checksOf(driver))('over binary: %s', (check) => {
    report.expectPassed(`binary ${check}`);
  });
  test.each(checksOf(driver))('over HTTP: %s', (check) => {
    report.expectPassed(`http ${check}`);
  });
  test.each(afterDiscovery)('through ZooKeeper: %s', (check) => {
    report.expectPassed(`zooKeeper ${check}`);
  });
  test.each(['select-1', 'reopen'])('through ZooKeeper, with published configs: %s', (check) => {
    report.expectPassed(`published ${check}`);
  });
  test.each(withoutSasl)('without SASL: %s', (check) => {
    report.expectPassed(`noSasl ${check}`);
  });
});
