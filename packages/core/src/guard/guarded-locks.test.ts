import { beforeEach, expect, it, vi } from 'vitest';
import type { DiscoveryClient, Locks } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { guardDiscovery } from './guard-discovery.ts';

const CALL_MS = 30_000;

let clock: FakeClock;
let logger: RecordingLogger;

beforeEach(() => {
  clock = new FakeClock();
  logger = new RecordingLogger();
});

type Fn = (signal: AbortSignal) => Promise<unknown>;

async function opened(withLock: (fn: Fn) => unknown): Promise<DiscoveryClient> {
  const ensemble = new MemoryEnsemble(clock);
  const client = ensemble.client();
  const locks = { withLock: (_path: string, _ms: number, fn: Fn) => withLock(fn) } as unknown as Locks;
  const { registry, records, connection } = client;
  const close = async () => {};
  const plugin = {
    ...ensemble.plugin,
    open: async () => ({ registry, records, connection, close, locks }),
  };
  const guarded = guardDiscovery(plugin, { callTimeoutMs: CALL_MS, clock, logger });
  return guarded.open(
    { addresses: '', sessionTimeoutMs: 1, connectTimeoutMs: 1, conf: new Map(), logger },
    {},
  );
}

const held = new AbortController().signal;
const never = () => new Promise<never>(() => {});

it("passes the function's value and its own error on", async () => {
  const { locks } = await opened((fn) => fn(held));
  expect(await locks.withLock('/l', 1_000, async () => 42)).toBe(42);
  const own = new Error('own');
  await expect(locks.withLock('/l', 1_000, () => Promise.reject(own))).rejects.toBe(own);
  expect(clock.delays).toEqual([]);
});

it('has no time-out for what is done under the lock', async () => {
  const { locks } = await opened((fn) => fn(held));
  let finish: (value: string) => void = () => {};
  const work = locks.withLock(
    '/l',
    1_000,
    () =>
      new Promise<string>((resolve) => {
        finish = resolve;
      }),
  );
  await vi.waitFor(() => expect(clock.delays).toEqual([]));
  clock.advance(3_600_000);
  finish('done');
  expect(await work).toBe('done');
});

it('goes on when the plugin does not release', async () => {
  const { locks } = await opened(async (fn) => {
    await fn(held);
    return never();
  });
  const work = locks.withLock('/l', 1_000, async () => 1);
  await clock.untilTimer(CALL_MS);
  clock.advance(CALL_MS);
  expect(await work).toBe(1);
  expect(logger.has('did not release the lock /l')).toBe(true);
});

it('stands by what was done although the release failed', async () => {
  const { locks } = await opened(async (fn) => {
    await fn(held);
    throw new Error('cannot delete');
  });
  expect(await locks.withLock('/l', 1_000, async () => 1)).toBe(1);
});

it('is an error when the lock is neither granted nor refused', async () => {
  const { locks } = await opened(async () => 'whatever');
  await expect(locks.withLock('/l', 1_000, async () => 1)).rejects.toMatchObject({
    code: 'DISCOVERY_FAILED',
    message: expect.stringContaining('neither granted it nor said why not'),
  });
});

it('runs nothing under a lock that comes too late', async () => {
  let grant: Fn = async () => {};
  const { locks } = await opened((fn) => {
    grant = fn;
    return never();
  });
  const run = vi.fn(async () => 1);
  const failed = expect(locks.withLock('/l', 1_000, run)).rejects.toThrow('did not finish locks.withLock');
  clock.advance(1_000 + CALL_MS);
  await failed;
  await expect((async () => grant(held))()).rejects.toThrow('nobody waits for any more');
  expect(run).not.toHaveBeenCalled();
});

it('runs nothing twice', async () => {
  let twice: Promise<unknown> = Promise.resolve();
  const { locks } = await opened(async (fn) => {
    const first = await fn(held);
    twice = fn(held);
    await twice.catch(() => {});
    return first;
  });
  const run = vi.fn(async () => 1);
  expect(await locks.withLock('/l', 1_000, run)).toBe(1);
  await expect(twice).rejects.toThrow('granted one lock twice');
  expect(run).toHaveBeenCalledTimes(1);
});

it('loses the lock with the client, whatever the plugin says', async () => {
  const client = await opened((fn) => fn(undefined as unknown as AbortSignal));
  const work = client.locks.withLock('/l', 1_000, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return (signal.reason as { code: string }).code;
  });
  await vi.waitFor(() => expect(clock.delays).toEqual([]));
  await client.close();
  expect(await work).toBe('DISCOVERY_CLOSED');
});
