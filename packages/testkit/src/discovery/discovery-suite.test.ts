import type { DiscoveryClient, DiscoveryPlugin, ServiceNode } from '@senbon/core';
import { describe, expect, it } from 'vitest';
import { memoryDiscovery } from '../memory/memory-discovery.ts';
import { discoverySuite } from './discovery-suite.ts';
import type { DiscoveryHarness, SuiteRunner } from './harness.ts';

interface Collected {
  readonly tests: Map<string, () => Promise<void>>;
  readonly runner: SuiteRunner;
  readonly before: (() => Promise<void>)[];
}

/** A runner that runs nothing by itself: the kit depends on no real one. */
function collect(): Collected {
  const tests = new Map<string, () => Promise<void>>();
  const before: (() => Promise<void>)[] = [];
  const runner: SuiteRunner = {
    describe: (_, define) => define(),
    it: (name, run) => tests.set(name, run),
    beforeAll: (run) => before.push(run),
    afterAll: () => undefined,
  };
  return { tests, runner, before };
}

type Mutate = (client: DiscoveryClient) => Partial<DiscoveryClient>;

function mutant(mutate: Mutate, extra: Partial<DiscoveryHarness> = {}): DiscoveryHarness {
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

async function resultOf(test: string, harness: DiscoveryHarness): Promise<unknown> {
  const { tests, runner, before } = collect();
  const supports = { publishedConfigs: true, acl: false, expireSession: true };
  discoverySuite({ name: 'mutant', runner, supports, start: async () => harness });
  await Promise.all(before.map((run) => run()));
  const run = tests.get(test);
  if (run === undefined) throw new Error(`the kit has no test ${test}`);
  return run().then(
    () => 'passed',
    () => 'failed',
  );
}

const list = (
  client: DiscoveryClient,
  change: (nodes: readonly ServiceNode[]) => readonly ServiceNode[],
) => ({
  registry: {
    ...client.registry,
    list: async (space: string) => change(await client.registry.list(space)),
  },
});

/** A way to get the port wrong, and the test that has to notice. */
const mutants: readonly (readonly [string, string, Mutate])[] = [
  [
    'lists in the reverse order',
    'lists in the order of registration, whatever the names',
    (client) => list(client, (nodes) => nodes.toReversed()),
  ],
  [
    'loses the attributes of a node',
    'registers a node in the shape that drivers and engines know',
    (client) => list(client, (nodes) => nodes.map((node) => ({ ...node, attributes: {} }))),
  ],
  [
    'throws at a foreign sibling',
    'foreign and unreadable siblings are passed over',
    (client) => ({
      registry: {
        ...client.registry,
        list: async (space) => {
          if ((await client.records.list(space)).length > 1) throw new Error('cannot parse it');
          return client.registry.list(space);
        },
      },
    }),
  ],
  [
    'tells no present list at once',
    'tells the present list at once, then every change',
    (client) => ({
      registry: {
        ...client.registry,
        watch: async (space, listener) => {
          let isFirst = true;
          return client.registry.watch(space, (nodes) => {
            if (!isFirst) listener(nodes);
            isFirst = false;
          });
        },
      },
    }),
  ],
  [
    'locks nothing',
    'excludes others, in this client and in another',
    () => ({ locks: { withLock: async (_path, _timeoutMs, fn) => fn(new AbortController().signal) } }),
  ],
  [
    'waits for a lock longer than it may',
    'gives up after the time-out and leaves nothing in the way of others',
    (client) => ({
      locks: { withLock: (path, timeoutMs, fn) => client.locks.withLock(path, timeoutMs * 10, fn) },
    }),
  ],
  [
    'forgets to compare before it sets',
    'expectations are kept: absent, a version, anything',
    (client) => ({
      records: { ...client.records, put: (path, value) => client.records.put(path, value) },
    }),
  ],
  [
    'counts twice',
    'many who count at once lose no count',
    (client) => ({
      records: { ...client.records, put: (path, value) => client.records.put(path, value) },
    }),
  ],
  [
    'takes no bound',
    'any bytes up to 512 KiB, and no more',
    (client) => ({
      records: {
        ...client.records,
        put: (path, value) => client.records.put(path, value.slice(0, 512 * 1024)),
      },
    }),
  ],
  [
    'says that it is connected after close',
    'close takes the ephemeral nodes away and ends their registrations',
    () => ({ connection: { state: 'connected', onChange: () => () => undefined } }),
  ],
  [
    'works on after close',
    'after close every operation is refused',
    () => ({
      records: { get: async () => null, put: async () => 0, delete: async () => true, list: async () => [] },
    }),
  ],
  [
    'does not look at signals',
    'an aborted call ends with the reason of its signal',
    (client) => ({ records: { ...client.records, get: (path) => client.records.get(path) } }),
  ],
];

describe('discoverySuite notices a plugin that', () => {
  it.each(mutants)('%s', async (_, test, mutate) => {
    expect(await resultOf(test, mutant(mutate))).toBe('failed');
    expect(
      await resultOf(
        test,
        mutant(() => ({})),
      ),
    ).toBe('passed');
  });

  it('registers again what somebody deleted', async () => {
    const test = 'another client sees and removes the node; the owner is told and does not register again';
    const stubborn: Mutate = (client) => ({
      registry: {
        ...client.registry,
        register: async (space, spec) => {
          const registration = await client.registry.register(space, spec);
          void registration.ended.then(() => client.registry.register(space, spec).catch(() => undefined));
          return registration;
        },
      },
    });
    expect(await resultOf(test, mutant(stubborn))).toBe('failed');
  });

  it('is opened although nobody answers', async () => {
    const { plugin, options } = memoryDiscovery();
    const open: DiscoveryPlugin['open'] = (given, call) =>
      plugin.open({ ...given, addresses: options.addresses }, call);
    const harness = mutant(() => ({}), { plugin: { ...plugin, open }, options });
    expect(await resultOf('when nobody answers, open says so in time', harness)).toBe('failed');
  });

  it('declares what it cannot', async () => {
    const { plugin } = memoryDiscovery();
    const harness = mutant(() => ({}), {
      plugin: { ...plugin, supports: { publishedConfigs: true, acl: true } },
    });
    expect(await resultOf('declares what the suite was told', harness)).toBe('failed');
  });
});
