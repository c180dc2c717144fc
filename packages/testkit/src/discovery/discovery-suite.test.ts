import type { DiscoveryPlugin } from '@senbon/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryDiscovery } from '../memory/memory-discovery.ts';
import { discoveryMutants } from '../testing/discovery-mutants.ts';
import type { Mutant } from '../testing/registry-mutants.ts';
import { collectTests, mutantHarness, verdictOf } from '../testing/mutant.ts';

/** The kit waits up to 15 s for what a plugin has to do by itself, so all of them wait at once. */
const MUTANT_TIMEOUT_MS = 45_000;
const healthy = () => mutantHarness(() => ({}));

/** Checks whose mutants are no clients; they stand below. */
const DECLARES = 'declares what the suite was told';
const NOBODY = 'when nobody answers, open says so in time';

describe('discoverySuite notices a plugin that', () => {
  let verdicts: ReadonlyMap<Mutant, readonly string[]>;
  beforeAll(async () => {
    const judge = async (mutant: Mutant): Promise<[Mutant, readonly string[]]> => {
      const { test, mutate } = mutant;
      return [mutant, [await verdictOf(test, mutantHarness(mutate)), await verdictOf(test, healthy())]];
    };
    verdicts = new Map(await Promise.all(discoveryMutants.map(judge)));
  }, MUTANT_TIMEOUT_MS);

  it.each(discoveryMutants)('$wrong', (mutant) => {
    expect(verdicts.get(mutant)).toEqual(['failed', 'passed']);
  });

  it('is opened although nobody answers', async () => {
    const { plugin, options } = memoryDiscovery();
    const open: DiscoveryPlugin['open'] = (given, call) =>
      plugin.open({ ...given, addresses: options.addresses }, call);
    const harness = mutantHarness(() => ({}), { plugin: { ...plugin, open }, options });
    expect(await verdictOf(NOBODY, harness)).toBe('failed');
    expect(await verdictOf(NOBODY, healthy())).toBe('passed');
  });

  it('declares what it cannot', async () => {
    const { plugin } = memoryDiscovery();
    const harness = mutantHarness(() => ({}), {
      plugin: { ...plugin, supports: { publishedConfigs: true, acl: true } },
    });
    expect(await verdictOf(DECLARES, harness)).toBe('failed');
    expect(await verdictOf(DECLARES, healthy())).toBe('passed');
  });
});

it('every check of the suite has a plugin that fails it', () => {
  const noticed = new Set([...discoveryMutants.map(({ test }) => test), DECLARES, NOBODY]);
  const unproven = [...collectTests(healthy()).tests.keys()].filter((test) => !noticed.has(test));
  expect(unproven).toEqual([]);
});
