import { ConnectionState } from '@senbon/core';
import { describe, expect, it, vi } from 'vitest';
import { hostsOf, spec } from '../support/discovery-bench.ts';
import { startBench } from './harness.ts';

const PATIENCE_MS = 15_000;

describe('a server that comes back', () => {
  it('after a restart has the same session, node and watch', async () => {
    await using bench = await startBench();
    const [client, other] = [await bench.open(), await bench.open()];
    const states: ConnectionState[] = [];
    client.connection.onChange((state) => states.push(state));
    const lists: string[][] = [];
    await client.registry.watch('/kyuubi', (nodes) => lists.push(hostsOf(nodes)));
    const registration = await client.registry.register('/kyuubi', spec('a'));
    const { path } = registration;
    await bench.zooKeeper.restart();
    await vi.waitFor(() => expect(client.connection.state).toBe(ConnectionState.connected), PATIENCE_MS);
    await other.registry.register('/kyuubi', spec('b'));
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a', 'b']), PATIENCE_MS);
    expect(registration.path).toBe(path);
    expect(states).toEqual([ConnectionState.suspended, ConnectionState.connected]);
    expect(await other.registry.remove(path)).toBe(true);
    expect(await registration.ended).toBe('deleted');
  });

  it('makes operations wait that were begun while it was away', async () => {
    await using bench = await startBench();
    const client = await bench.open({ connectTimeoutMs: PATIENCE_MS });
    await bench.zooKeeper.kill();
    await vi.waitFor(() => expect(client.connection.state).toBe(ConnectionState.suspended), PATIENCE_MS);
    const put = client.records.put('/record', new Uint8Array([1]), { expected: 'absent' });
    const lock = client.locks.withLock('/lock', PATIENCE_MS, async () => 'had');
    await bench.zooKeeper.restart();
    expect(await put).toBe(0);
    expect(await lock).toBe('had');
  });

  it('is not needed where others are left: two of three servers', async () => {
    await using bench = await startBench({ servers: 3 });
    const clients = [await bench.open(), await bench.open(), await bench.open(), await bench.open()];
    const registrations = await Promise.all(
      clients.map((client, i) => client.registry.register('/kyuubi', spec(`h${i}`))),
    );
    const paths = registrations.map((registration) => registration.path);
    const modes = await Promise.all(bench.zooKeeper.servers.map((server) => server.mode()));
    await bench.zooKeeper.servers[modes.indexOf('leader')]?.kill();
    await vi.waitFor(async () => {
      for (const client of clients) {
        expect((await client.registry.list('/kyuubi')).map((node) => node.path).toSorted()).toEqual(
          paths.toSorted(),
        );
      }
    }, PATIENCE_MS);
    expect(registrations.map((registration) => registration.path)).toEqual(paths);
  });
});
