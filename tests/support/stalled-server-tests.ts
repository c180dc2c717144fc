import { ConnectionState } from '@senbon/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CONNECT_TIMEOUT_MS, type DiscoveryBench, type Overrides, spec } from './discovery-bench.ts';

const SLACK_MS = 1_000;

export interface StalledServer {
  readonly start: () => Promise<DiscoveryBench>;
  /** Of the client whose operations are not to hang. */
  readonly overrides?: Overrides;
  /** When another could have a lock of a client that is not heard of. */
  readonly lockEndsMs: number;
}

/** What clients do when all servers are stopped by SIGSTOP: the tests of a `describe`. */
export function stalledServerTests({ start, overrides, lockEndsMs }: StalledServer): void {
  let bench: DiscoveryBench;
  beforeEach(async () => {
    bench = await start();
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
  });

  it('lets no operation hang, and no open', async () => {
    const client = await bench.open(overrides);
    await client.registry.list('/kyuubi');
    await bench.servers.stall();
    const begin = performance.now();
    const results = await Promise.allSettled([
      client.registry.list('/kyuubi'),
      client.registry.register('/kyuubi', spec('a')),
      client.records.get('/record'),
      client.records.put('/record', new Uint8Array(100_000).fill(1)),
      client.records.delete('/record'),
      client.registry.remove('/kyuubi/x'),
      client.registry.watch('/kyuubi', () => undefined),
      bench.plugin.open(bench.options(), {}),
    ]);
    const tookMs = performance.now() - begin;
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'DISCOVERY_UNREACHABLE' } });
    }
    expect(tookMs).toBeGreaterThan(CONNECT_TIMEOUT_MS - 100);
    expect(tookMs).toBeLessThan(CONNECT_TIMEOUT_MS + SLACK_MS);
    bench.servers.resume();
    // The client that gave up leaves no node behind: what was created late is taken away.
    await vi.waitFor(async () => expect(await client.registry.list('/kyuubi')).toEqual([]), 5_000);
  });

  it('suspends the connection, and a lock is given up before another can have it', async () => {
    const client = await bench.open();
    const states: ConnectionState[] = [];
    client.connection.onChange((state) => states.push(state));
    const heldMs = await client.locks.withLock('/lock', CONNECT_TIMEOUT_MS, async (signal) => {
      const begin = performance.now();
      await bench.servers.stall();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      expect(String(signal.reason)).toMatch(/lock was lost/);
      return performance.now() - begin;
    });
    expect(states[0]).toBe(ConnectionState.suspended);
    expect(heldMs).toBeLessThan(lockEndsMs);
    bench.servers.resume();
    await vi.waitFor(() => expect(client.connection.state).toBe(ConnectionState.connected), 10_000);
    expect(await client.locks.withLock('/lock', 5_000, async () => 'again')).toBe('again');
  });

  it('times a lock out all the same', async () => {
    const client = await bench.open();
    await bench.servers.stall();
    await expect(client.locks.withLock('/lock', 700, async () => undefined)).rejects.toMatchObject({
      code: 'DISCOVERY_LOCK_TIMEOUT',
    });
    bench.servers.resume();
    expect(await client.locks.withLock('/lock', 5_000, async () => 'had')).toBe('had');
  });
}
