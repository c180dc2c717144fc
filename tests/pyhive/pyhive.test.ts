import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { CLIENT_TIMEOUT_MS, type ClientReport, runClient } from '../support/client-checks.ts';
import { type Dialect, dialects } from '../support/dialects.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { pythonOf } from '../support/python.ts';

const transports = ['binary', 'http'] as const;

const checks = `
  select-1 typed-row null-row result-metadata rows-100k rows-100k-small-fetches empty-result prepared interleaved unicode
  syntax-error unknown-table cancel reopen
  catalogs schemas table-types type-info functions tables columns primary-keys
  statement-without-rows
`
  .trim()
  .split(/\s+/);

/** `checks.py` in the environment that has PyHive. */
async function runPyHive(
  transport: 'binary' | 'http',
  gateway: Gateway,
  dialect: Dialect,
): Promise<ClientReport> {
  const { host, port } = gateway[transport];
  const program = join(import.meta.dirname, 'checks.py');
  return runClient({
    command: await pythonOf('pyhive'),
    args: [program, transport, host, String(port), 'anna', ...checks],
    input: JSON.stringify(dialect),
  });
}

let gateway: Gateway;
let home: GatewayHome;

beforeAll(async () => {
  ({ gateway, home } = await startGateway());
});

afterAll(async () => {
  await home.close();
});

describe.each(transports)('PyHive over %s', (transport) => {
  let report: ClientReport;

  beforeAll(async () => {
    report = await runPyHive(transport, gateway, dialects.duckdb);
  }, CLIENT_TIMEOUT_MS);

  test.each(checks)('%s', (check) => {
    report.expectPassed(check);
  });
});
