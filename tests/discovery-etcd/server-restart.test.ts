import { ConnectionState } from '@senbon/core';
import { describe, expect, it, vi } from 'vitest';
import { hostsOf, spec } from '../support/discovery-bench.ts';
import { startBench } from './harness.ts';

const PATIENCE_MS = 20_000;
/** Longer than any election here, so that a restart is not a loss of leases. */
const LONG_LEASE = { conf: { 'kyuubi.ha.etcd.lease.timeout': 'PT15S' } };

describe.each([1, 3] as const)('all of %i members, restarted', (members) => {
  it('have the same lease, node and watch', async () => {
    await using bench = await startBench({ members });
    const [client, other] = [await bench.open(LONG_LEASE), await bench.open(LONG_LEASE)];
    const states: ConnectionState[] = [];
    client.connection.onChange((state) => states.push(state));
    const lists: string[][] = [];
    await client.registry.watch('/kyuubi', (nodes) => lists.push(hostsOf(nodes)));
    const registration = await client.registry.register('/kyuubi', spec('a'));
    const { path } = registration;
    await bench.etcd.restart();
    await vi.waitFor(() => expect(client.connection.state).toBe('connected'), PATIENCE_MS);
    await vi.waitFor(() => other.registry.register('/kyuubi', spec('b')), PATIENCE_MS);
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a', 'b']), PATIENCE_MS);
    expect(registration.path).toBe(path);
    expect(states).not.toContain(ConnectionState.lost);
    expect(states.at(-1)).toBe(ConnectionState.connected);
    expect(await other.registry.remove(path)).toBe(true);
    expect(await registration.ended).toBe('deleted');
  });
});

describe('a cluster that is away', () => {
  it('makes operations wait that were begun meanwhile', async () => {
    await using bench = await startBench();
    const client = await bench.open({ ...LONG_LEASE, connectTimeoutMs: PATIENCE_MS });
    await bench.etcd.kill();
    await vi.waitFor(() => expect(client.connection.state).toBe(ConnectionState.suspended), PATIENCE_MS);
    const put = client.records.put('/record', new Uint8Array([1]), { expected: 'absent' });
    const lock = client.locks.withLock('/lock', PATIENCE_MS, async () => 'had');
    await bench.etcd.restart();
    expect(await put).toBeGreaterThan(0);
    expect(await lock).toBe('had');
  });
});

describe('one of three members, away', () => {
  it('is not needed: the leader killed while four clients work', async () => {
    await using bench = await startBench({ members: 3 });
    const clients = await Promise.all([1, 2, 3, 4].map(() => bench.open(LONG_LEASE)));
    const registrations = await Promise.all(
      clients.map((client, i) => client.registry.register('/kyuubi', spec(`h${i}`))),
    );
    const paths = registrations.map(({ path }) => path).toSorted();
    const leading = await Promise.all(bench.etcd.members.map((member) => member.isLeader()));
    await bench.etcd.members[leading.indexOf(true)]?.kill();
    await vi.waitFor(async () => {
      for (const client of clients) {
        const nodes = await client.registry.list('/kyuubi');
        expect(nodes.map(({ path }) => path).toSorted()).toEqual(paths);
      }
    }, PATIENCE_MS);
    expect(registrations.map(({ path }) => path).toSorted()).toEqual(paths);
  });

  it('is left for another when it is stopped by SIGSTOP, by all that was on it', async () => {
    await using bench = await startBench({ members: 3 });
    const clients = await Promise.all([1, 2, 3, 4, 5, 6].map(() => bench.open(LONG_LEASE)));
    const lost: string[] = [];
    clients.forEach((client, i) =>
      client.connection.onChange((state) => {
        if (state === ConnectionState.lost) lost.push(`h${i}`);
      }),
    );
    const lists = new Map<number, string[]>();
    for (const [i, client] of clients.entries()) {
      await client.registry.watch('/kyuubi', (nodes) => lists.set(i, hostsOf(nodes)));
    }
    const registrations = await Promise.all(
      clients.map((client, i) => client.registry.register('/kyuubi', spec(`h${i}`))),
    );
    const leading = await Promise.all(bench.etcd.members.map((member) => member.isLeader()));
    const leader = bench.etcd.members[leading.indexOf(true)];
    await leader?.stall();
    const late = await vi.waitFor(() => clients[0]?.registry.register('/kyuubi', spec('late')), PATIENCE_MS);
    await vi.waitFor(() => {
      for (const i of clients.keys()) expect(lists.get(i)).toHaveLength(clients.length + 1);
    }, PATIENCE_MS);
    expect(lists.get(5)?.at(-1)).toBe('late');
    leader?.resume();
    expect(lost).toEqual([]);
    await late?.close();
    await vi.waitFor(() => expect(lists.get(3)).toHaveLength(clients.length), PATIENCE_MS);
    for (const { path } of registrations) expect(path).toMatch(/serverUri=h\d:/);
  });
});
