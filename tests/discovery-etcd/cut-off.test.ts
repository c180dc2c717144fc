import { ConnectionState, type DiscoveryClient } from '@senbon/core';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostsOf, spec } from '../support/discovery-bench.ts';
import { type Bench, LEASE_SECONDS, startBench } from './harness.ts';
import { type Cable, layCable } from '../support/cable.ts';

const LEASE_MS = LEASE_SECONDS * 1_000;
const PATIENCE_MS = 15_000;

describe('a client cut off from etcd', () => {
  let bench: Bench;
  let cable: Cable;
  let client: DiscoveryClient;
  let witness: DiscoveryClient;
  let states: ConnectionState[];
  let lists: string[][];
  beforeEach(async () => {
    bench = await startBench();
    cable = await layCable(bench.etcd.members[0]?.port ?? 0);
    [client, witness] = [await bench.open({ addresses: cable.address }), await bench.open()];
    states = [];
    client.connection.onChange((state) => states.push(state));
    lists = [];
    await witness.registry.watch('/kyuubi', (nodes) => lists.push(hostsOf(nodes)));
  });
  afterEach(async () => {
    cable.mend();
    await bench[Symbol.asyncDispose]();
    await cable[Symbol.asyncDispose]();
  });

  it('for less than the lease: others see nothing of it, and its lock is kept', async () => {
    const registration = await client.registry.register('/kyuubi', spec('a'));
    const { path } = registration;
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a']), PATIENCE_MS);
    const hasKept = await client.locks.withLock('/lock', PATIENCE_MS, async (signal) => {
      cable.cut();
      await delay(LEASE_MS / 3);
      cable.mend();
      await vi.waitFor(() => expect(client.connection.state).toBe('connected'), PATIENCE_MS);
      // A whole life of the lease after the cut began.
      await delay(LEASE_MS);
      return !signal.aborted;
    });
    expect(hasKept).toBe(true);
    expect(registration.path).toBe(path);
    expect(lists).toEqual([[], ['a']]);
    expect(states).not.toContain(ConnectionState.lost);
  });

  it('for longer: its node goes, its lock is lost in time, and it comes back by itself', async () => {
    const registration = await client.registry.register('/kyuubi', spec('a'));
    const { path } = registration;
    const own: string[][] = [];
    await client.registry.watch('/kyuubi', (nodes) => own.push(hostsOf(nodes)));
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a']), PATIENCE_MS);
    let isHeld = false;
    const holding = client.locks.withLock('/lock', PATIENCE_MS, async (signal) => {
      isHeld = true;
      cable.cut();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      isHeld = false;
    });
    await vi.waitFor(() => expect(isHeld).toBe(true), PATIENCE_MS);
    const overlapped = await witness.locks.withLock('/lock', PATIENCE_MS, async () => isHeld);
    expect(overlapped).toBe(false);
    await vi.waitFor(() => expect(lists.at(-1)).toEqual([]), PATIENCE_MS);
    expect(states).toEqual([ConnectionState.suspended]);
    await witness.registry.register('/kyuubi', spec('b'));
    cable.mend();
    await holding;
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['b', 'a']), PATIENCE_MS);
    await vi.waitFor(() => expect(own.at(-1)).toEqual(['b', 'a']), PATIENCE_MS);
    expect(states).toEqual(['suspended', 'lost', 'connected']);
    expect(registration.path).not.toBe(path);
    expect(await witness.registry.remove(registration.path)).toBe(true);
    expect(await registration.ended).toBe('deleted');
  });

  it('while somebody deletes its node: it hears of it when it is back, and does not register again', async () => {
    const registration = await client.registry.register('/kyuubi', spec('a'));
    cable.cut();
    expect(await witness.registry.remove(registration.path)).toBe(true);
    cable.mend();
    expect(await registration.ended).toBe('deleted');
    await client.registry.register('/kyuubi', spec('again'));
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['again']), PATIENCE_MS);
  });
});
