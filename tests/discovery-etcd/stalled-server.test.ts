import { ConnectionState } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-etcd';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONNECT_TIMEOUT_MS, spec } from '../support/discovery-bench.ts';
import { type Bench, LEASE_SECONDS, startBench } from './harness.ts';

const SLACK_MS = 1_000;

describe('the only member, stopped by SIGSTOP', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
  });

  it('lets no operation hang, and no open', async () => {
    const client = await bench.open();
    await client.registry.list('/kyuubi');
    await bench.etcd.stall();
    const begin = performance.now();
    const results = await Promise.allSettled([
      client.registry.list('/kyuubi'),
      client.registry.register('/kyuubi', spec('a')),
      client.records.get('/record'),
      client.records.put('/record', new Uint8Array(100_000).fill(1)),
      client.records.delete('/record'),
      client.registry.remove('/kyuubi/x'),
      client.registry.watch('/kyuubi', () => undefined),
      discoveryPlugin.open(bench.options(), {}),
    ]);
    const tookMs = performance.now() - begin;
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'DISCOVERY_UNREACHABLE' } });
    }
    expect(tookMs).toBeGreaterThan(CONNECT_TIMEOUT_MS - 100);
    expect(tookMs).toBeLessThan(CONNECT_TIMEOUT_MS + SLACK_MS);
    bench.etcd.resume();
    // The client that gave up leaves no node behind: what was created late is taken away.
    await vi.waitFor(async () => expect(await client.registry.list('/kyuubi')).toEqual([]), 5_000);
  });

  it('suspends the connection, and a lock is given up before another can have it', async () => {
    const client = await bench.open();
    const states: ConnectionState[] = [];
    client.connection.onChange((state) => states.push(state));
    const heldMs = await client.locks.withLock('/lock', CONNECT_TIMEOUT_MS, async (signal) => {
      const begin = performance.now();
      await bench.etcd.stall();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      expect(String(signal.reason)).toMatch(/lock was lost/);
      return performance.now() - begin;
    });
    expect(states[0]).toBe(ConnectionState.suspended);
    expect(heldMs).toBeLessThan(LEASE_SECONDS * 1_000);
    bench.etcd.resume();
    await vi.waitFor(() => expect(client.connection.state).toBe(ConnectionState.connected), 10_000);
    expect(await client.locks.withLock('/lock', 5_000, async () => 'again')).toBe('again');
  });

  it('times a lock out all the same', async () => {
    const client = await bench.open();
    await bench.etcd.stall();
    await expect(client.locks.withLock('/lock', 700, async () => undefined)).rejects.toMatchObject({
      code: 'DISCOVERY_LOCK_TIMEOUT',
    });
    bench.etcd.resume();
    expect(await client.locks.withLock('/lock', 5_000, async () => 'had')).toBe('had');
  });
});
