import type { DiscoveryClient } from '@senbon/core';
import { fourLetterWord } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CuratorPeer, startCuratorPeer } from './curator-peer.ts';
import { bytes } from '../support/discovery-bench.ts';
import { type Bench, startBench } from './harness.ts';

const ROUNDS = 25;
const PATIENCE_MS = 30_000;
/** What Curator calls its nodes, and so what ours are called. */
const LEASE = /^\s*\/kyuubi_lock\/leases\/_c_[0-9a-f-]{36}-lease-\d{10}$/gm;
const PLACE = /^\s*\/kyuubi_lock\/locks\/_c_[0-9a-f-]{36}-lock-\d{10}$/gm;

describe("Curator's InterProcessSemaphoreMutex (5.7.1, Java) and ours", () => {
  let bench: Bench;
  let curator: CuratorPeer;
  let client: DiscoveryClient;
  beforeAll(async () => {
    bench = await startBench();
    [curator, client] = await Promise.all([startCuratorPeer(bench.zooKeeper.addresses), bench.open()]);
  });
  afterAll(async () => {
    await curator[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
  });
  const nodes = async (pattern: RegExp) => (await fourLetterWord(bench.port, 'dump')).match(pattern) ?? [];

  it('ours waits while Curator holds it', async () => {
    expect(await curator.ask('acquire /kyuubi_lock 5000')).toBe('true');
    expect(await nodes(LEASE)).toHaveLength(1);
    await expect(client.locks.withLock('/kyuubi_lock', 300, async () => 0)).rejects.toMatchObject({
      code: 'DISCOVERY_LOCK_TIMEOUT',
    });
    expect(await nodes(LEASE)).toHaveLength(1);
    expect(await nodes(PLACE)).toHaveLength(0);
    const waiting = client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => 'had');
    await vi.waitFor(async () => expect(await nodes(LEASE)).toHaveLength(2));
    expect(await nodes(PLACE)).toHaveLength(1);
    expect(await curator.ask('release')).toBe('released');
    expect(await waiting).toBe('had');
  });

  it('Curator waits while ours holds it', async () => {
    await client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => {
      expect(await nodes(LEASE)).toHaveLength(1);
      expect(await nodes(PLACE)).toHaveLength(0);
      expect(await curator.ask('acquire /kyuubi_lock 300')).toBe('false');
    });
    let answer: Promise<string> | undefined;
    await client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => {
      answer = curator.ask('acquire /kyuubi_lock 20000');
      await vi.waitFor(async () => expect(await nodes(LEASE)).toHaveLength(2));
    });
    expect(await answer).toBe('true');
    expect(await curator.ask('release')).toBe('released');
  });

  it('nobody overtakes: the queue is served in order, on both sides', async () => {
    const served: string[] = [];
    const other = await bench.open();
    let answer: Promise<string> | undefined;
    const waiters: Promise<unknown>[] = [];
    const wait = (who: string, by: DiscoveryClient) =>
      waiters.push(by.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => served.push(who)));
    const waiting = (count: number) =>
      vi.waitFor(async () => expect((await nodes(PLACE)).length).toBe(count), { timeout: 5_000 });
    await client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => {
      wait('first', other);
      await waiting(1);
      answer = curator.ask('acquire /kyuubi_lock 30000').then(async (got) => {
        served.push(`curator ${got}`);
        return curator.ask('release');
      });
      await waiting(2);
      wait('third', client);
      await waiting(3);
      wait('fourth', other);
      await waiting(4);
    });
    await Promise.all([...waiters, answer]);
    expect(served).toEqual(['first', 'curator true', 'third', 'fourth']);
  });

  it('both contend for it and are never inside together', async () => {
    const mark = '/contended-mark';
    let overlaps = 0;
    const contend = async (by: DiscoveryClient): Promise<void> => {
      for (let i = 0; i < ROUNDS; i++) {
        await by.locks.withLock('/contended', PATIENCE_MS, async () => {
          await by.records.put(mark, bytes('in'), { expected: 'absent' }).catch(() => overlaps++);
          await by.records.delete(mark);
        });
      }
    };
    const other = await bench.open();
    const [verdict] = await Promise.all([
      curator.ask(`contend /contended ${ROUNDS} ${mark}`),
      contend(client),
      contend(client),
      contend(other),
    ]);
    expect(verdict).toBe('contended');
    expect(overlaps).toBe(0);
  });

  it("Kyuubi's counters (DistributedAtomicInteger) are records of four bytes", async () => {
    expect(await curator.ask('increment /seqNum')).toBe('0');
    const entry = await client.records.get('/seqNum');
    const value = Buffer.from(entry?.value ?? []);
    expect([...value]).toEqual([0, 0, 0, 1]);
    value.writeInt32BE(41);
    await client.records.put('/seqNum', value, { expected: entry?.version ?? 'absent' });
    expect(await curator.ask('increment /seqNum')).toBe('41');
  });
});
