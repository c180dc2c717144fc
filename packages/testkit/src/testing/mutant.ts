import type { DiscoveryClient, DiscoveryPlugin } from '@senbon/core';
import { discoverySuite } from '../discovery/discovery-suite.ts';
import type { DiscoveryHarness, SuiteRunner } from '../discovery/harness.ts';
import { memoryDiscovery } from '../memory/memory-discovery.ts';

/** What a client does in a wrong way; the rest is as it should be. */
export type Mutate = (client: DiscoveryClient) => Partial<DiscoveryClient>;

/** A plugin that keeps the port's promises but for what `mutate` breaks. */
export function mutantHarness(mutate: Mutate, extra: Partial<DiscoveryHarness> = {}): DiscoveryHarness {
  const { plugin, options, expireSession } = memoryDiscovery();
  const originals = new WeakMap<DiscoveryClient, DiscoveryClient>();
  const broken: DiscoveryPlugin = {
    ...plugin,
    open: async (given, call) => {
      const client = await plugin.open(given, call);
      const changed = {
        registry: client.registry,
        locks: client.locks,
        records: client.records,
        connection: client.connection,
        close: () => client.close(),
        ...mutate(client),
      };
      originals.set(changed, client);
      return changed;
    },
  };
  return {
    plugin: broken,
    options,
    expireSession: (client) => expireSession(originals.get(client) ?? client),
    stop: async () => undefined,
    ...extra,
  };
}

interface Collected {
  readonly tests: ReadonlyMap<string, () => Promise<void>>;
  readonly start: () => Promise<void>;
}

/** The suite's tests by name, run by nobody: the kit depends on no runner. */
export function collectTests(harness: DiscoveryHarness): Collected {
  const tests = new Map<string, () => Promise<void>>();
  const before: (() => Promise<void>)[] = [];
  const runner: SuiteRunner = {
    describe: (_, define) => define(),
    it: (name, run) => tests.set(name, run),
    beforeAll: (run) => before.push(run),
    afterAll: () => undefined,
  };
  const supports = { publishedConfigs: true, acl: false, expireSession: true };
  discoverySuite({ name: 'mutant', runner, supports, start: async () => harness });
  return {
    tests,
    start: async () => {
      for (const run of before) await run();
    },
  };
}

/** How one test of the suite judges a plugin. */
export async function verdictOf(test: string, harness: DiscoveryHarness): Promise<'passed' | 'failed'> {
  const { tests, start } = collectTests(harness);
  await start();
  const run = tests.get(test);
  if (run === undefined) throw new Error(`the kit has no test ${test}`);
  return run().then(
    () => 'passed',
    () => 'failed',
  );
}
