import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { Permits } from './permits.ts';

const WAIT_MS = 1_000;
let clock: FakeClock;
let permits: Permits;
let order: string[];

beforeEach(() => {
  clock = new FakeClock();
  permits = new Permits(2, clock);
  order = [];
});

async function acquire(name = '', signal?: AbortSignal): Promise<(() => void) | null> {
  const release = await permits.acquire({
    timeoutMs: WAIT_MS,
    ...(signal === undefined ? {} : { signal }),
    onWait: () => order.push(`${name} waits`),
  });
  order.push(release === null ? `${name} leaves` : name);
  return release;
}

it('are had at once while there are some', async () => {
  await Promise.all([acquire('a'), acquire('b')]);
  expect(order).toEqual(['a', 'b']);
  expect(clock.delays).toEqual([]);
});

it('go to those who wait, in their order, one each', async () => {
  const first = await acquire('a');
  await acquire('b');
  const waiting = [acquire('c'), acquire('d')];
  first?.();
  first?.();
  const third = await waiting[0];
  await acquire('e', AbortSignal.abort());
  third?.();
  await waiting[1];
  expect(order).toEqual(['a', 'b', 'c waits', 'd waits', 'c', 'e leaves', 'd']);
  expect(clock.delays).toEqual([]);
});

it('are free again for newcomers', async () => {
  for (const release of [await acquire(), await acquire()]) release?.();
  await Promise.all([acquire('a'), acquire('b')]);
  expect(order).toEqual(['', '', 'a', 'b']);
});

it('are not waited for longer than was said', async () => {
  const held = await acquire();
  await acquire();
  const late = acquire('late');
  clock.advance(WAIT_MS);
  expect(await late).toBeNull();
  held?.();
  expect(await acquire('next')).not.toBeNull();
});

it('are not waited for by who has left', async () => {
  const held = await acquire();
  await acquire();
  const abort = new AbortController();
  const gone = acquire('gone', abort.signal);
  abort.abort();
  expect(await gone).toBeNull();
  held?.();
  expect(await acquire('next')).not.toBeNull();
  expect(clock.delays).toEqual([]);
});
