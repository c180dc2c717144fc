import { ConnectionState, silentLogger } from '@senbon/core';
import { freePort } from '@senbon/testkit';
import { type EmbeddedZooKeeper, startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { discoveryPlugin } from './index.ts';

const PATIENCE = { timeout: 15_000 };
const spec = (host: string) => ({ host, port: 10_009, version: '1.12.0' });

/** It keeps everything in memory, so a restart is the end of every session and of every node. */
describe('an embedded ZooKeeper that restarts empty', () => {
  let port: number;
  let server: EmbeddedZooKeeper;
  const start = () =>
    startEmbeddedZooKeeper({ host: '127.0.0.1', port, tickTimeMs: 100, minSessionTimeoutMs: 200 });
  const open = () =>
    discoveryPlugin.open(
      {
        addresses: `127.0.0.1:${port}`,
        sessionTimeoutMs: 2_000,
        connectTimeoutMs: 3_000,
        conf: new Map(),
        logger: silentLogger,
      },
      {},
    );
  beforeEach(async () => {
    port = await freePort();
    server = await start();
  });
  afterEach(async () => {
    await server.close();
  });

  it('gets parents, registrations and watches again', async () => {
    const client = await open();
    const states: ConnectionState[] = [];
    client.connection.onChange((state) => states.push(state));
    const [first, second] = [
      await client.registry.register('/kyuubi', spec('a')),
      await client.registry.register('/engines/alice/default', spec('b')),
    ];
    const lists: string[][] = [];
    await client.registry.watch('/kyuubi', (nodes) => lists.push(nodes.map((node) => node.host)));
    await server.close();
    server = await start();
    await vi.waitFor(() => expect(states.at(-1)).toBe(ConnectionState.connected), PATIENCE);
    expect(states).toEqual([ConnectionState.suspended, ConnectionState.lost, ConnectionState.connected]);
    const other = await open();
    await vi.waitFor(async () => {
      const nodes = [
        ...(await other.registry.list('/kyuubi')),
        ...(await other.registry.list('/engines/alice/default')),
      ];
      expect(nodes.map((node) => node.path)).toEqual([first.path, second.path]);
    }, PATIENCE);
    await other.registry.register('/kyuubi', spec('c'));
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a', 'c']), PATIENCE);
    await first.close();
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['c']), PATIENCE);
    await Promise.all([client.close(), other.close()]);
  });

  it('a registration that is closed meanwhile does not come back', async () => {
    const client = await open();
    const registration = await client.registry.register('/kyuubi', spec('a'));
    await server.close();
    const closing = registration.close().catch(() => undefined);
    server = await start();
    await closing;
    expect(await registration.ended).toBe('closed');
    await vi.waitFor(() => expect(client.connection.state).toBe(ConnectionState.connected), PATIENCE);
    expect(await client.registry.list('/kyuubi')).toEqual([]);
    await client.close();
  });

  it('takes locks away', async () => {
    const client = await open();
    const reason = client.locks.withLock('/lock', 3_000, async (signal) => {
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      await server.close();
      server = await start();
      await aborted;
      return String(signal.reason);
    });
    expect(await reason).toMatch(/lock was lost: the session expired/);
    await client.close();
  });

  it('closes a client without stopping this process, which both share', async () => {
    const client = await open();
    await client.registry.register('/kyuubi', spec('a'));
    let longestMs = 0;
    let last = performance.now();
    const ticks = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    await client.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(ticks);
    expect(longestMs).toBeLessThan(700);
  });
});
