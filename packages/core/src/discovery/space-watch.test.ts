import { beforeEach, expect, it, vi } from 'vitest';
import type { ServiceNode } from '../ports/discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { SpaceWatches } from './space-watches.ts';

const node = (host: string): ServiceNode => ({
  name: host,
  path: `/s/${host}`,
  host,
  port: 1,
  attributes: {},
});

let hosts: string[];
let failures: number;
let reads: number;
let closed: number;
let changed: () => void;
let logger: RecordingLogger;
let watches: SpaceWatches<string>;

beforeEach(() => {
  hosts = ['a'];
  [failures, reads, closed] = [0, 0, 0];
  logger = new RecordingLogger();
  watches = new SpaceWatches<string>({
    open: (_, onChange) => {
      changed = onChange;
      return {
        read: async () => {
          reads++;
          if (failures-- > 0) throw new Error('away');
          return [...hosts];
        },
        nodeOf: node,
        isSame: (one, other) => one === other,
        close: () => {
          closed++;
        },
      };
    },
    logger,
    closing: new AbortController().signal,
  });
});

async function listen() {
  const seen: string[][] = [];
  const subscription = await watches.subscribe('/s', (nodes) => seen.push(nodes.map(({ host }) => host)), {});
  return { seen, subscription };
}

it('tells the present list, and what differs from it', async () => {
  const { seen } = await listen();
  expect(seen).toEqual([['a']]);
  changed();
  await vi.waitFor(() => expect(reads).toBe(2));
  hosts = ['a', 'b'];
  changed();
  await vi.waitFor(() => expect(seen).toEqual([['a'], ['a', 'b']]));
});

it('serves any number of listeners with one source, until the last has gone', async () => {
  const [one, other] = [await listen(), await listen()];
  expect(reads).toBe(1);
  one.subscription.close();
  one.subscription.close();
  expect(closed).toBe(0);
  other.subscription.close();
  expect(closed).toBe(1);
  expect((await listen()).seen).toEqual([['a']]);
  expect(reads).toBe(2);
});

it('reads again what changed while it read', async () => {
  const first = listen();
  hosts = ['a', 'b'];
  changed();
  const { seen } = await first;
  await vi.waitFor(() => expect(reads).toBe(2));
  expect(seen.at(-1)).toEqual(['a', 'b']);
});

it('tries again after a failure, but for the first list, whose failure is told', async () => {
  failures = 1;
  await expect(listen()).rejects.toThrow('away');
  const { seen } = await listen();
  failures = 1;
  hosts = ['c'];
  changed();
  await vi.waitFor(() => expect(seen.at(-1)).toEqual(['c']));
  expect(logger.has('Cannot list /s (away); next try in')).toBe(true);
});

it('survives a listener that throws', async () => {
  await watches.subscribe(
    '/s',
    () => {
      throw new Error('mine');
    },
    {},
  );
  expect((await listen()).seen).toEqual([['a']]);
  expect(logger.has('A listener of /s failed')).toBe(true);
});
