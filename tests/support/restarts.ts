import { ConnectionState, type DiscoveryClient, type Registration } from '@senbon/core';
import { expect, vi } from 'vitest';
import { type DiscoveryBench, hostsOf, type Overrides, spec } from './discovery-bench.ts';

/** A node `a`, and what its client has been told since. */
export interface WatchedNode {
  readonly registration: Registration;
  readonly states: readonly ConnectionState[];
  /** The hosts of `/kyuubi`, list by list. */
  readonly lists: readonly (readonly string[])[];
}

export async function registerWatched(client: DiscoveryClient): Promise<WatchedNode> {
  const states: ConnectionState[] = [];
  client.connection.onChange((state) => states.push(state));
  const lists: string[][] = [];
  await client.registry.watch('/kyuubi', (nodes) => lists.push(hostsOf(nodes)));
  const registration = await client.registry.register('/kyuubi', spec('a'));
  return { registration, states, lists };
}

/** Begins a write and a lock while all servers are away, and returns what came of them once they are back. */
export async function operateMeanwhile(
  bench: DiscoveryBench,
  overrides: Overrides & { readonly connectTimeoutMs: number },
): Promise<{ readonly version: number; readonly locked: string }> {
  const { connectTimeoutMs } = overrides;
  const client = await bench.open(overrides);
  await bench.servers.kill();
  await vi.waitFor(() => expect(client.connection.state).toBe(ConnectionState.suspended), connectTimeoutMs);
  const put = client.records.put('/record', new Uint8Array([1]), { expected: 'absent' });
  const lock = client.locks.withLock('/lock', connectTimeoutMs, async () => 'had');
  await bench.servers.restart();
  return { version: await put, locked: await lock };
}

/** A node for each: `h0`, `h1`, … */
export function registerEach(clients: readonly DiscoveryClient[]): Promise<readonly Registration[]> {
  return Promise.all(clients.map((client, i) => client.registry.register('/kyuubi', spec(`h${i}`))));
}

/** Waits until each client finds just the nodes with these paths. */
export async function expectListedByAll(
  clients: readonly DiscoveryClient[],
  paths: readonly string[],
  timeoutMs: number,
): Promise<void> {
  await vi.waitFor(async () => {
    for (const client of clients) {
      const nodes = await client.registry.list('/kyuubi');
      expect(nodes.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
    }
  }, timeoutMs);
}
