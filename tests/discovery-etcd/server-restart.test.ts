import { ConnectionState } from '@senbon/core';
import { describe, expect, it, vi } from 'vitest';
import { hostsOf, spec } from '../support/discovery-bench.ts';
import { expectListedByAll, operateMeanwhile, registerEach, registerWatched } from '../support/restarts.ts';
import { startBench } from './harness.ts';

const PATIENCE_MS = 20_000;
/** Longer than any election here, so that a restart is not a loss of leases. */
const LONG_LEASE = { conf: { 'kyuubi.ha.etcd.lease.timeout': 'PT15S' } };

describe.each([1, 3] as const)('all of %i members, restarted', (members) => {
  it('have the same lease, node and watch', async () => {
    await using bench = await startBench({ members });
    const [client, other] = [await bench.open(LONG_LEASE), await bench.open(LONG_LEASE)];
    const { registration, states, lists } = await registerWatched(client);
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
    const { version, locked } = await operateMeanwhile(bench, {
      ...LONG_LEASE,
      connectTimeoutMs: PATIENCE_MS,
    });
    expect(version).toBeGreaterThan(0);
    expect(locked).toBe('had');
  });
});

describe('one of three members, away', () => {
  it('is not needed: the leader killed while four clients work', async () => {
    await using bench = await startBench({ members: 3 });
    const clients = await Promise.all([1, 2, 3, 4].map(() => bench.open(LONG_LEASE)));
    const registrations = await registerEach(clients);
    const paths = registrations.map(({ path }) => path).toSorted();
    const leading = await Promise.all(bench.etcd.members.map((member) => member.isLeader()));
    await bench.etcd.members[leading.indexOf(true)]?.kill();
    await expectListedByAll(clients, paths, PATIENCE_MS);
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
    const registrations = await registerEach(clients);
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
