import { ConnectionState } from '@senbon/core';
import { describe, expect, it, vi } from 'vitest';
import { spec } from '../support/discovery-bench.ts';
import { expectListedByAll, operateMeanwhile, registerEach, registerWatched } from '../support/restarts.ts';
import { startBench } from './harness.ts';

const PATIENCE_MS = 15_000;

describe('a server that comes back', () => {
  it('after a restart has the same session, node and watch', async () => {
    await using bench = await startBench();
    const [client, other] = [await bench.open(), await bench.open()];
    const { registration, states, lists } = await registerWatched(client);
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
    const { version, locked } = await operateMeanwhile(bench, { connectTimeoutMs: PATIENCE_MS });
    expect(version).toBe(0);
    expect(locked).toBe('had');
  });

  it('is not needed where others are left: two of three servers', async () => {
    await using bench = await startBench({ servers: 3 });
    const clients = [await bench.open(), await bench.open(), await bench.open(), await bench.open()];
    const registrations = await registerEach(clients);
    const paths = registrations.map((registration) => registration.path);
    const modes = await Promise.all(bench.zooKeeper.servers.map((server) => server.mode()));
    await bench.zooKeeper.servers[modes.indexOf('leader')]?.kill();
    await expectListedByAll(clients, paths, PATIENCE_MS);
    expect(registrations.map((registration) => registration.path)).toEqual(paths);
  });
});
