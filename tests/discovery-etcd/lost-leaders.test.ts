import type { DiscoveryClient } from '@senbon/core';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { hostsOf, spec } from '../support/discovery-bench.ts';
import { startBench } from './harness.ts';

const CLIENTS = 4;
const ROUNDS = 4;
const PATIENCE_MS = 30_000;

it('leaders killed and stalled, again and again: one holder of a lock at a time, every node there in the end', async () => {
  await using bench = await startBench({ members: 3 });
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => bench.open({ connectTimeoutMs: 10_000 })),
  );
  const registrations = await Promise.all(
    clients.map((client, i) => client.registry.register('/kyuubi', spec(`h${i}`))),
  );
  const lists: string[][] = [];
  await clients[0]?.registry.watch('/kyuubi', (nodes) => lists.push(hostsOf(nodes).toSorted()));

  const holders = new Set<AbortSignal>();
  const turns = new Map<DiscoveryClient, number>(clients.map((client) => [client, 0]));
  let overlaps = 0;
  let isOver = false;
  const contend = async (client: DiscoveryClient): Promise<void> => {
    while (!isOver) {
      const hold = async (signal: AbortSignal): Promise<void> => {
        // Who has been told that the lock is lost does not count as a holder any more.
        if ([...holders].some((other) => !other.aborted)) overlaps++;
        holders.add(signal);
        await delay(5);
        holders.delete(signal);
        turns.set(client, (turns.get(client) ?? 0) + 1);
      };
      await client.locks.withLock('/lock', PATIENCE_MS, hold);
    }
  };
  const contending = Promise.all(clients.map(contend));

  for (let round = 0; round < ROUNDS; round++) {
    const leading = await vi.waitFor(async () => {
      const leaders = await Promise.all(bench.etcd.members.map((member) => member.isLeader()));
      expect(leaders).toContain(true);
      return leaders.indexOf(true);
    }, PATIENCE_MS);
    const leader = bench.etcd.members[leading];
    const before = new Map(turns);
    await (round % 2 === 0 ? leader?.kill() : leader?.stall());
    // The others elect a leader, and every client has its turns again.
    await vi.waitFor(() => {
      for (const [client, count] of turns) expect(count).toBeGreaterThan(before.get(client) ?? 0);
    }, PATIENCE_MS);
    if (round % 2 === 0) await leader?.start();
    else leader?.resume();
  }
  isOver = true;
  await contending;
  expect(overlaps).toBe(0);
  const hosts = clients.map((_, i) => `h${i}`);
  await vi.waitFor(() => expect(lists.at(-1)).toEqual(hosts), PATIENCE_MS);
  const nodes = await clients[1]?.registry.list('/kyuubi');
  expect(nodes?.map(({ path }) => path).toSorted()).toEqual(registrations.map(({ path }) => path).toSorted());
  const left = await vi.waitFor(async () => {
    const keys = await bench.etcd.ctl('get', '--prefix', '--keys-only', '/lock/');
    expect(keys.trim()).toBe('');
    return keys;
  }, PATIENCE_MS);
  expect(left.trim()).toBe('');
}, 120_000);
