import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { DiscoveryClient } from '@senbon/core';
import { PATIENCE_MS, soon } from '../support/eventually.ts';
import { type Suite, assertCode } from './suite-context.ts';

const SHORT_MS = 300;
const HOLD_MS = 10;

export function defineLockTests(suite: Suite): void {
  const { test } = suite;
  test('excludes others, in this client and in another', async ({ open, space }) => {
    const clients = [await open(), await open()];
    let inside = 0;
    let most = 0;
    const contend = (client: DiscoveryClient): Promise<void> =>
      client.locks.withLock(space, PATIENCE_MS, async () => {
        most = Math.max(most, ++inside);
        await delay(HOLD_MS);
        inside--;
      });
    await Promise.all([...clients, ...clients, ...clients, ...clients].map(contend));
    assert.equal(most, 1);
    assert.equal(inside, 0);
  });

  test("passes on the function's value and its error, and is free afterwards", async ({ open, space }) => {
    const client = await open();
    assert.equal(await client.locks.withLock(space, PATIENCE_MS, async () => 42), 42);
    const problem = new Error('the function failed');
    await assert.rejects(
      client.locks.withLock(space, PATIENCE_MS, () => Promise.reject(problem)),
      problem,
    );
    await client.locks.withLock(space, PATIENCE_MS, async () => undefined);
  });

  test('locks at different paths are different locks', async ({ open, space }) => {
    const client = await open();
    await client.locks.withLock(`${space}/a`, PATIENCE_MS, () =>
      client.locks.withLock(`${space}/b`, PATIENCE_MS, async () => undefined),
    );
  });

  test('gives up after the time-out and leaves nothing in the way of others', async ({ open, space }) => {
    const [holder, late, third] = [await open(), await open(), await open()];
    let isFree = false;
    await holder.locks.withLock(space, PATIENCE_MS, async () => {
      const begin = performance.now();
      const error = await assertCode('DISCOVERY_LOCK_TIMEOUT', () =>
        late.locks.withLock(space, SHORT_MS, async () => assert.fail('the lock was held by another')),
      );
      assert.ok(error.message.includes(space), error.message);
      const tookMs = performance.now() - begin;
      assert.ok(tookMs >= SHORT_MS - 5 && tookMs < SHORT_MS + 2_000, `took ${tookMs} ms`);
    });
    await third.locks.withLock(space, PATIENCE_MS, async () => {
      isFree = true;
    });
    assert.ok(isFree);
  });

  test('a wait that is called off ends at once and leaves nothing in the way of others', async ({
    open,
    space,
  }) => {
    const [holder, waiter] = [await open(), await open()];
    await holder.locks.withLock(space, PATIENCE_MS, async () => {
      const callOff = new AbortController();
      const waiting = waiter.locks.withLock(
        space,
        PATIENCE_MS,
        async () => assert.fail('the lock was held by another'),
        { signal: callOff.signal },
      );
      const refused = assert.rejects(waiting, /not wanted any more/);
      await delay(HOLD_MS);
      callOff.abort(new Error('not wanted any more'));
      await soon('the refusal', refused);
    });
    assert.equal(await waiter.locks.withLock(space, PATIENCE_MS, async () => 'free'), 'free');
  });

  defineLossTests(suite);
}

function defineLossTests({ test }: Suite): void {
  test('a client that is closed loses its locks to others', async ({ open, space }) => {
    const [holder, next] = [await open(), await open()];
    let lost: Promise<unknown> | undefined;
    let held = (): void => undefined;
    const holding = new Promise<void>((resolve) => {
      held = resolve;
    });
    const work = holder.locks.withLock(space, PATIENCE_MS, async (signal) => {
      lost = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      held();
      await lost;
    });
    await soon('the first lock', holding);
    const after = next.locks.withLock(space, PATIENCE_MS, async () => 'next');
    await holder.close();
    await soon('the signal', Promise.resolve(lost));
    await work;
    assert.equal(await after, 'next');
  });

  test('a client that is closed waits for no lock any more', async ({ open, space }) => {
    const [holder, waiter] = [await open(), await open()];
    await holder.locks.withLock(space, PATIENCE_MS, async () => {
      const waiting = assertCode('DISCOVERY_CLOSED', () =>
        waiter.locks.withLock(space, PATIENCE_MS, async () => assert.fail('the lock was held by another')),
      );
      await delay(HOLD_MS);
      await waiter.close();
      await soon('the refusal', waiting);
    });
  });
}
