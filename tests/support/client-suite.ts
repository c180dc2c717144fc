import { afterAll, beforeAll, describe, test } from 'vitest';
import { CLIENT_TIMEOUT_MS, type ClientReport, runClient } from './client-checks.ts';
import { type Dialect, dialects } from './dialects.ts';
import { type Address, type Gateway, GatewayHome, type GatewayOptions } from './gateway.ts';

/** The way a client comes in. `nosasl` is a gateway of its own, for SASL is a gateway's setting. */
export type Transport = 'binary' | 'http' | 'nosasl' | 'zooKeeper';

export interface ClientSuite {
  readonly name: string;
  /** The checks over each transport that the client knows. */
  readonly checks: Readonly<Partial<Record<Transport, readonly string[]>>>;
  /** The program, built or installed when it is missing, with the arguments that go before the common ones. */
  readonly program: () => Promise<{ readonly command: string; readonly args: readonly string[] }>;
  /** DuckDB's when absent. */
  readonly engine?: SuiteEngine;
}

/** What sessions of a suite run on. */
export interface SuiteEngine {
  readonly dialect: Dialect;
  /** The gateway whose new sessions get such an engine. */
  readonly gateway: () => Promise<GatewayOptions>;
}

const duckDb: SuiteEngine = { dialect: dialects.duckdb, gateway: async () => ({}) };

/** Words of a text, for the lists of checks. */
export function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/**
 * Runs a client's program once for each transport, as `program… TRANSPORT HOST PORT USER CHECK…` with the statements of the
 * dialect on standard input, and makes a test of every check.
 */
export function clientSuite({ name, checks, program, engine = duckDb }: ClientSuite): void {
  const transports = Object.keys(checks) as Transport[];
  let home: GatewayHome;
  let addresses: Readonly<Partial<Record<Transport, Address>>>;

  beforeAll(async () => {
    home = await GatewayHome.create();
    addresses = await startGateways(home, transports, await engine.gateway());
  });

  afterAll(async () => {
    await home.close();
  });

  describe.each(transports)(`${name} over %s`, (transport) => {
    const own = checks[transport] ?? [];
    let report: ClientReport;

    beforeAll(async () => {
      const { command, args } = await program();
      const { host, port } = addresses[transport] as Address;
      report = await runClient({
        command,
        args: [...args, transport, host, String(port), 'anna', ...own],
        input: JSON.stringify(engine.dialect),
      });
    }, CLIENT_TIMEOUT_MS);

    test.each(own)('%s', (check) => {
      report.expectPassed(check);
    });
  });
}

async function startGateways(
  home: GatewayHome,
  transports: readonly Transport[],
  options: GatewayOptions,
): Promise<Readonly<Partial<Record<Transport, Address>>>> {
  const needsSasl = transports.some((transport) => transport !== 'nosasl');
  const sasl = needsSasl ? await home.start(options) : undefined;
  const nosasl = transports.includes('nosasl') ? await startNosasl(home, options) : undefined;
  return {
    ...(sasl && { binary: sasl.binary, http: sasl.http }),
    ...(sasl?.zooKeeper && { zooKeeper: sasl.zooKeeper }),
    ...(nosasl && { nosasl: nosasl.binary }),
  };
}

export async function startNosasl(home: GatewayHome, options: GatewayOptions = {}): Promise<Gateway> {
  return home.start({ ...options, conf: { ...options.conf, 'kyuubi.authentication': 'NOSASL' } });
}
