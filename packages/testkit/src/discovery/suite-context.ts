import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type DiscoveryClient, type DiscoveryOptions, type ErrorCode, SenbonError } from '@senbon/core';
import type { ServiceNode, Subscription } from '@senbon/core';
import { eventually } from '../support/eventually.ts';
import type { DiscoveryHarness, DiscoverySuiteSupports, SuiteRunner } from './harness.ts';

/** What one test works with: paths of its own, and clients that are closed when it is over. */
export interface TestContext {
  readonly harness: DiscoveryHarness;
  /** Two levels deep, not there yet, no other test's. */
  readonly space: string;
  readonly open: (overrides?: Partial<DiscoveryOptions>) => Promise<DiscoveryClient>;
}

/** What the files of the kit define their tests with. */
export interface Suite {
  readonly runner: SuiteRunner;
  readonly supports: DiscoverySuiteSupports;
  readonly test: (name: string, run: (context: TestContext) => Promise<void>) => void;
}

export function createSuite(
  runner: SuiteRunner,
  supports: DiscoverySuiteSupports,
  harness: () => DiscoveryHarness,
): Suite {
  return {
    runner,
    supports,
    test: (name, run) => void runner.it(name, () => runInContext(harness(), run)),
  };
}

async function runInContext(
  harness: DiscoveryHarness,
  run: (context: TestContext) => Promise<void>,
): Promise<void> {
  const clients: DiscoveryClient[] = [];
  const open = async (overrides: Partial<DiscoveryOptions> = {}): Promise<DiscoveryClient> => {
    const client = await harness.plugin.open({ ...harness.options, ...overrides }, {});
    clients.push(client);
    return client;
  };
  try {
    await run({ harness, space: `/suite-${randomUUID()}/space`, open });
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

export async function assertCode(code: ErrorCode, run: () => Promise<unknown>): Promise<SenbonError> {
  const error = await run().then(
    (value) => assert.fail(`expected ${code}, but it succeeded with ${String(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SenbonError, `expected a SenbonError ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}

/** A subscription with everything it was told. */
export interface WatchLog extends Subscription {
  readonly lists: readonly (readonly ServiceNode[])[];
  /** Resolves when the newest list has these hosts, in this order. */
  untilHosts(...hosts: readonly string[]): Promise<void>;
}

export async function watchLog(client: DiscoveryClient, space: string): Promise<WatchLog> {
  const lists: (readonly ServiceNode[])[] = [];
  const subscription = await client.registry.watch(space, (nodes) => lists.push(nodes));
  return {
    lists,
    close: () => subscription.close(),
    untilHosts: (...hosts) =>
      eventually(() =>
        assert.deepEqual(
          lists.at(-1)?.map((node) => node.host),
          hosts,
        ),
      ),
  };
}
