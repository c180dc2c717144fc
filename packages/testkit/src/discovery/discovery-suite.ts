import assert from 'node:assert/strict';
import type { DiscoveryHarness, DiscoverySuiteOptions } from './harness.ts';
import { defineLifeTests } from './life-tests.ts';
import { defineLockTests } from './lock-tests.ts';
import { defineRecordTests } from './record-tests.ts';
import { defineRegistryTests, defineSiblingTests } from './registry-tests.ts';
import { type Suite, createSuite } from './suite-context.ts';
import { defineWatchTests } from './watch-tests.ts';

/** The conformance kit of the discovery port: defines the tests that every discovery plugin must pass. */
export function discoverySuite(options: DiscoverySuiteOptions): void {
  const { runner, supports } = options;
  let harness: DiscoveryHarness | undefined;
  const suite = createSuite(runner, supports, () => {
    assert.ok(harness, 'the harness did not start');
    return harness;
  });
  runner.describe(`discovery: ${options.name}`, () => {
    runner.beforeAll(async () => {
      harness = await options.start();
    });
    runner.afterAll(async () => {
      await harness?.stop();
    });
    suite.test('declares what the suite was told', async ({ harness: { plugin, expireSession } }) => {
      assert.ok(plugin.name.length > 0);
      assert.equal(plugin.supports.acl, supports.acl);
      assert.equal(plugin.supports.publishedConfigs, supports.publishedConfigs);
      assert.equal(expireSession !== undefined, supports.expireSession);
    });
    group(suite, 'registry', defineRegistryTests);
    group(suite, 'siblings', defineSiblingTests);
    group(suite, 'watch', defineWatchTests);
    group(suite, 'locks', defineLockTests);
    group(suite, 'records', defineRecordTests);
    group(suite, 'life', defineLifeTests);
  });
}

function group(suite: Suite, name: string, define: (suite: Suite) => void): void {
  suite.runner.describe(name, () => define(suite));
}
