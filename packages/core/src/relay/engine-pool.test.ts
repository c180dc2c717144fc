import { encodeCall } from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandle } from '../session/handle.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { FakeEngine, streamed } from '../testing/fake-engine.ts';
import { MemorySink } from '../testing/memory-sink.ts';
import type { EngineConnection } from './engine-connection.ts';
import { EnginePool, type EnginePoolOptions } from './engine-pool.ts';

const request = encodeCall('GetInfo', 7, { sessionHandle: { sessionId: createHandle() }, infoType: 17 });

let engine: FakeEngine;
let clock: FakeClock;
const pools: EnginePool[] = [];

beforeEach(async () => {
  engine = await FakeEngine.start();
  clock = new FakeClock();
});
afterEach(async () => {
  for (const pool of pools.splice(0)) pool.close();
  await engine.close();
});

function poolOf(overrides: Partial<EnginePoolOptions> = {}): EnginePool {
  const pool = new EnginePool({
    endpoint: engine.endpoint,
    credentialsFor: (user) => `token of ${user}`,
    loginTimeoutMs: 5_000,
    callTimeoutMs: 5_000,
    maxMessageBytes: 128 * 1_048_576,
    maxConnections: 2,
    waitTimeoutMs: 60_000,
    idleConnections: 2,
    isTethered: () => false,
    clock,
    ...overrides,
  });
  pools.push(pool);
  return pool;
}

/** A borrowed connection that is given back when the test says so. */
interface Loan {
  readonly connection: EngineConnection;
  readonly over: Promise<void>;
  giveBack(): void;
}

function borrow(pool: EnginePool, user = 'alice', mustBeUser = false): Promise<Loan> {
  return new Promise((resolve, reject) => {
    const over = pool.use(user, mustBeUser, async (connection) => {
      await new Promise<void>((giveBack) => resolve({ connection, giveBack, over: Promise.resolve() }));
    });
    over.catch(reject);
  });
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

describe('a connection', () => {
  it('is used again', async () => {
    const pool = poolOf();
    for (let i = 0; i < 10; i++) {
      await pool.use('alice', false, (connection) =>
        connection.exchange('GetInfo', request, new MemorySink()),
      );
    }
    expect(engine.logins).toEqual(['alice']);
    expect(pool.connectionCount).toBe(1);
  });

  it('may carry the calls of any user, but opens sessions for its own only', async () => {
    const pool = poolOf();
    await pool.use('alice', true, async () => {});
    await pool.use('bob', false, async ({ user }) => expect(user).toBe('alice'));
    await pool.use('bob', true, async ({ user }) => expect(user).toBe('bob'));
    await pool.use('alice', true, async ({ user }) => expect(user).toBe('alice'));
    expect(engine.logins).toEqual(['alice', 'bob']);
    expect(engine.passwords).toEqual(['token of alice', 'token of bob']);
  });

  it('is borrowed by one at a time', async () => {
    const pool = poolOf({ maxConnections: 10 });
    const loans = await Promise.all(Array.from({ length: 5 }, () => borrow(pool)));
    expect(new Set(loans.map(({ connection }) => connection)).size).toBe(5);
    for (const loan of loans) loan.giveBack();
  });

  it('that broke is not given out again, and its place is free', async () => {
    const pool = poolOf({ maxConnections: 1 });
    engine.write = (socket) => void socket.destroy();
    const call = () =>
      pool.use('alice', false, (connection) => connection.exchange('GetInfo', request, new MemorySink()));
    for (let i = 0; i < 5; i++) await expect(call()).rejects.toMatchObject({ code: 'ENGINE_LOST' });
    expect(pool.connectionCount).toBe(0);
  });

  it('that broke while idle is passed over', async () => {
    const pool = poolOf({ maxConnections: 1 });
    await pool.use('alice', false, async () => {});
    for (const socket of engine.sockets) socket.destroy();
    await engine.until(({ sockets }) => sockets.size === 0);
    await settled();
    await pool.use('alice', false, (connection) => connection.exchange('GetInfo', request, new MemorySink()));
    expect(engine.logins).toHaveLength(2);
    expect(pool.connectionCount).toBe(1);
  });

  it('is given back when its user throws', async () => {
    const pool = poolOf({ maxConnections: 1 });
    await expect(
      pool.use('alice', false, async () => {
        throw new Error('oh');
      }),
    ).rejects.toThrow('oh');
    await pool.use('alice', false, async () => {});
    expect(engine.logins).toHaveLength(1);
  });
});

describe('at its maximum', () => {
  it('callers wait, and are served in order', async () => {
    const pool = poolOf({ maxConnections: 1 });
    const first = await borrow(pool);
    const served: number[] = [];
    const waiting = [1, 2, 3].map((number) =>
      pool.use('alice', false, async () => {
        served.push(number);
      }),
    );
    await settled();
    expect(served).toEqual([]);
    first.giveBack();
    await Promise.all(waiting);
    expect(served).toEqual([1, 2, 3]);
    expect(pool.connectionCount).toBe(1);
    expect(clock.delays).toEqual([]);
  });

  it('a newcomer does not overtake who waits', async () => {
    const pool = poolOf({ maxConnections: 1 });
    const first = await borrow(pool);
    const served: string[] = [];
    const waiting = pool.use('alice', false, async () => {
      served.push('waiter');
    });
    await settled();
    first.giveBack();
    // The connection is given back in a later turn of the promises; newcomers ask in every one of them.
    const newcomers: Promise<void>[] = [];
    for (let turn = 0; turn < 10; turn++) {
      newcomers.push(
        pool.use('alice', false, async () => {
          served.push('newcomer');
        }),
      );
      await Promise.resolve();
    }
    await Promise.all([waiting, ...newcomers]);
    expect(served.slice(0, 2)).toEqual(['waiter', 'newcomer']);
  });

  it('who waits too long hears that the engine is busy', async () => {
    const pool = poolOf({ maxConnections: 1, waitTimeoutMs: 60_000 });
    const loan = await borrow(pool);
    const waiting = pool.use('alice', false, async () => 'served');
    await clock.untilTimer(60_000);
    clock.advance(60_000);
    await expect(waiting).rejects.toMatchObject({
      code: 'ENGINE_BUSY',
      sqlState: 'HYT00',
      details: { limit: 1, ms: 60_000 },
    });
    loan.giveBack();
    expect(await pool.use('alice', false, async () => 'served')).toBe('served');
  });

  it('an idle connection of another user makes room', async () => {
    const pool = poolOf({ maxConnections: 2 });
    await pool.use('alice', true, async () => {});
    const loan = await borrow(pool, 'bob', true);
    await pool.use('carol', true, async ({ user }) => expect(user).toBe('carol'));
    expect(engine.logins).toEqual(['alice', 'bob', 'carol']);
    expect(pool.connectionCount).toBe(2);
    loan.giveBack();
  });

  it('a waiter that needs its own user gets a connection of its own', async () => {
    const pool = poolOf({ maxConnections: 1 });
    const loan = await borrow(pool, 'alice', true);
    const waiting = pool.use('bob', true, async ({ user }) => user);
    await settled();
    loan.giveBack();
    expect(await waiting).toBe('bob');
    expect(pool.connectionCount).toBe(1);
    await engine.until(({ sockets }) => sockets.size === 1);
  });

  it('a failed connect wakes the next, and leaks no place', async () => {
    let refuse = true;
    await engine.close();
    engine = await FakeEngine.start({
      checkLogin: () => {
        if (refuse) throw new Error('not yet');
      },
    });
    const pool = poolOf({ maxConnections: 2 });
    const all = Array.from({ length: 20 }, () => pool.use('alice', false, async () => 'served'));
    for (const result of await Promise.allSettled(all)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ENGINE_REFUSED' } });
    }
    expect(pool.connectionCount).toBe(0);
    refuse = false;
    expect(await pool.use('alice', false, async () => 'served')).toBe('served');
  });

  it('never has more connections than that, under a storm of users', async () => {
    const pool = poolOf({ maxConnections: 3, idleConnections: 1 });
    let peak = 0;
    const all = Array.from({ length: 200 }, (_, index) =>
      pool.use(`user${index % 7}`, index % 2 === 0, async (connection) => {
        peak = Math.max(peak, pool.connectionCount);
        await connection.exchange('GetInfo', request, new MemorySink());
      }),
    );
    await Promise.all(all);
    expect(peak).toBeLessThanOrEqual(3);
    clock.advance(1_000);
    expect(pool.connectionCount).toBe(1);
  });
});

describe('idle connections', () => {
  it('beyond their number are closed when nobody has needed them for a second', async () => {
    const pool = poolOf({ maxConnections: 10, idleConnections: 2 });
    await giveBackTogether(pool, 6);
    expect(pool.connectionCount).toBe(6);
    clock.advance(999);
    expect(pool.connectionCount).toBe(6);
    clock.advance(1);
    await engine.until(({ sockets }) => sockets.size === 2);
    expect(pool.connectionCount).toBe(2);
    expect(clock.delays).toEqual([]);
  });

  it('serve one burst after the other', async () => {
    const pool = poolOf({ maxConnections: 10, idleConnections: 2 });
    for (let burst = 0; burst < 5; burst++) {
      await giveBackTogether(pool, 6);
      clock.advance(600);
    }
    expect(engine.logins).toHaveLength(6);
    // The last of them was given back 600 ms ago.
    clock.advance(399);
    expect(pool.connectionCount).toBe(6);
    clock.advance(1);
    expect(pool.connectionCount).toBe(2);
  });

  it('are closed the longest idle first', async () => {
    const pool = poolOf({ maxConnections: 10, idleConnections: 1 });
    await giveBackTogether(pool, 3);
    clock.advance(500);
    const recent = await borrow(pool);
    recent.giveBack();
    await settled();
    clock.advance(500);
    expect(pool.connectionCount).toBe(1);
    expect(recent.connection.isUsable).toBe(true);
  });

  it('may be none', async () => {
    const pool = poolOf({ idleConnections: 0 });
    await pool.use('alice', false, async () => {});
    clock.advance(1_000);
    await engine.until(({ sockets }) => sockets.size === 0);
    expect(pool.connectionCount).toBe(0);
  });

  it('that break are forgotten at once', async () => {
    const pool = poolOf();
    await pool.use('alice', false, async () => {});
    dropAll();
    await vi.waitFor(() => expect(pool.connectionCount).toBe(0));
    expect(clock.delays).toEqual([]);
  });

  it('are replaced when the last one breaks while the engine holds our sessions', async () => {
    let isTethered = true;
    const pool = poolOf({ maxConnections: 1, isTethered: () => isTethered });
    await pool.use('alice', false, async () => {});
    dropAll();
    await vi.waitFor(() => expect(clock.delays).toHaveLength(1));
    clock.advance(1_000);
    expect(pool.connectionCount).toBe(1);
    // There is one place only: this waits for the new connection.
    await pool.use('alice', false, async () => {});
    expect(engine.logins).toHaveLength(2);
    await settled();
    // Whoever has no session there any more needs none.
    isTethered = false;
    dropAll();
    await vi.waitFor(() => expect(pool.connectionCount).toBe(0));
    expect(clock.delays).toEqual([]);
  });

  it('are replaced also when the last one breaks in use', async () => {
    const pool = poolOf({ isTethered: () => true });
    const use = pool.use('alice', false, async (connection) => connection.destroy(new Error('broken')));
    await use;
    expect(pool.connectionCount).toBe(0);
    expect(clock.delays).toEqual([1_000]);
    clock.advance(1_000);
    await engine.until(({ logins }) => logins.length === 2);
  });

  it('are sought less and less often while the engine cannot be reached', async () => {
    const pool = poolOf({ isTethered: () => true });
    await pool.use('alice', false, async () => {});
    await engine.close();
    for (const pause of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      await vi.waitFor(() => expect(clock.delays).toEqual([pause]));
      clock.advance(pause);
    }
  });

  function dropAll(): void {
    for (const socket of engine.sockets) socket.resetAndDestroy();
  }

  async function giveBackTogether(pool: EnginePool, count: number): Promise<void> {
    const loans = await Promise.all(Array.from({ length: count }, () => borrow(pool)));
    for (const loan of loans) loan.giveBack();
    await settled();
  }
});

describe('clients that do not read', () => {
  const SIZE = 64 * 1_048_576;

  /** A call whose client takes nothing until the test says so. */
  async function stalled(pool: EnginePool) {
    const sink = Object.assign(new MemorySink(), { isWritable: false, isCountingOnly: true });
    const over = pool.use('mallory', false, (connection) =>
      connection.exchange('FetchResults', request, sink),
    );
    over.catch(() => {});
    await sink.until(({ isAwaited }) => isAwaited);
    return { sink, over };
  }

  it('keep their connections, and nobody else from the engine', async () => {
    engine.write = streamed(SIZE);
    const pool = poolOf({ maxConnections: 2 });
    const all = [await stalled(pool), await stalled(pool)];
    const bob = pool.use('bob', false, async () => 'served');
    clock.advance(999);
    await settled();
    expect(engine.logins).toHaveLength(2);
    clock.advance(1);
    expect(await bob).toBe('served');
    for (const { sink } of all) sink.drain();
    await Promise.all(all.map(({ over }) => over));
    expect(all.map(({ sink }) => sink.received)).toEqual([SIZE, SIZE]);
    await vi.waitFor(() => expect(pool.connectionCount).toBe(2));
  });

  it('are cut off, the longest stalled first, when they are too many', async () => {
    engine.write = streamed(SIZE);
    const pool = poolOf({ maxConnections: 1 });
    const first = await stalled(pool);
    const second = stalled(pool);
    clock.advance(1_000);
    const { over, sink } = await second;
    const bob = pool.use('bob', false, async () => 'served');
    clock.advance(1_000);
    expect(await bob).toBe('served');
    await expect(first.over).rejects.toMatchObject({ code: 'ENGINE_LOST' });
    sink.drain();
    await over;
    expect(sink.received).toBe(SIZE);
    await vi.waitFor(() => expect(pool.connectionCount).toBe(1));
  });

  it('lose nothing while nobody waits', async () => {
    engine.write = streamed(SIZE);
    const pool = poolOf({ maxConnections: 1 });
    const { sink, over } = await stalled(pool);
    clock.advance(600_000);
    expect(clock.delays).toEqual([]);
    sink.drain();
    await over;
    expect(pool.connectionCount).toBe(1);
  });
});

describe('once closed', () => {
  it('it has no connection, and gives none out', async () => {
    const pool = poolOf();
    await pool.use('alice', false, async () => {});
    pool.close();
    await engine.until(({ sockets }) => sockets.size === 0);
    await expect(pool.use('alice', false, async () => {})).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('no longer used'),
    });
    expect(pool.connectionCount).toBe(0);
  });

  it('those that wait are told', async () => {
    const pool = poolOf({ maxConnections: 1 });
    const loan = await borrow(pool);
    const waiting = pool.use('alice', false, async () => {});
    await clock.untilTimer(60_000);
    pool.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    expect(clock.delays).toEqual([]);
    loan.giveBack();
  });

  it('a call under way ends at once', async () => {
    const pool = poolOf({ callTimeoutMs: 600_000 });
    engine.write = () => {};
    const call = pool.use('alice', false, (connection) =>
      connection.exchange('GetInfo', request, new MemorySink()),
    );
    await engine.until(({ calls }) => calls.length === 1);
    pool.close();
    await expect(call).rejects.toMatchObject({ code: 'ENGINE_LOST' });
    await engine.until(({ sockets }) => sockets.size === 0);
  });

  it('a connection being opened is not kept', async () => {
    const pool = poolOf();
    const call = pool.use('alice', false, async () => 'served');
    pool.close();
    await expect(call).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    await settled();
    await engine.until(({ sockets }) => sockets.size === 0);
    expect(pool.connectionCount).toBe(0);
  });
});
