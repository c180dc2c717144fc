import { ConnectionState, type DiscoveryClient, silentLogger } from '@senbon/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EtcdDiscoveryClient } from './etcd-discovery-client.ts';
import { openDiscovery } from './plugin.ts';
import { FakeEtcd } from './testing/fake-etcd.ts';

const PATIENCE_MS = 5_000;
const spec = { host: 'a', port: 1, version: '1' };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let etcd: FakeEtcd;
let client: DiscoveryClient;
let witness: DiscoveryClient;

const open = (addresses = 'one,two,three') =>
  openDiscovery(
    {
      addresses,
      sessionTimeoutMs: 1_000,
      connectTimeoutMs: 2_000,
      conf: new Map([['kyuubi.ha.etcd.lease.timeout', 'PT1S']]),
      logger: silentLogger,
    },
    {},
    etcd.links,
  );

beforeEach(async () => {
  etcd = new FakeEtcd();
  [client, witness] = await Promise.all([open(), open()]);
});
afterEach(async () => {
  etcd.lose.clear();
  etcd.down.clear();
  await Promise.all([client.close(), witness.close()]);
});

/** The server carries the operation out, but its answer is lost: the caller cannot know which of the two happened. */
describe('an answer that was lost', () => {
  const nodes = () => etcd.keys('/space/serverUri=');

  it('of a registration: there is one node, and it is the registration’s', async () => {
    etcd.losePut = /serverUri=/;
    const registration = await client.registry.register('/space', spec);
    expect(nodes()).toEqual([registration.path]);
    etcd.losePut = /serverUri=/;
    const second = await client.registry.register('/space', spec);
    expect(nodes()).toEqual([registration.path, second.path].toSorted());
    await registration.close();
    expect(nodes()).toEqual([second.path]);
  });

  it('of a write: it is no conflict with itself, and another’s is one', async () => {
    etcd.lose.set('txn', 1);
    const version = await client.records.put('/record', bytes('one'), { expected: 'absent' });
    expect(await witness.records.get('/record')).toMatchObject({ version });
    etcd.lose.set('txn', 1);
    const next = await client.records.put('/record', bytes('two'), { expected: version });
    expect(next).toBeGreaterThan(version);
    await expect(client.records.put('/record', bytes('x'), { expected: version })).rejects.toMatchObject({
      code: 'DISCOVERY_CONFLICT',
    });
  });

  it('of a deletion: it was deleted', async () => {
    await client.records.put('/record', bytes('one'));
    etcd.lose.set('txn', 1);
    expect(await client.records.delete('/record')).toBe(true);
    const { path } = await client.registry.register('/space', spec);
    etcd.lose.set('txn', 1);
    expect(await witness.registry.remove(path)).toBe(true);
  });

  it('of a place in the queue for a lock: there is one, and the lock is free afterwards', async () => {
    etcd.losePut = /lock/;
    const keys = await client.locks.withLock('/lock', PATIENCE_MS, async () => etcd.keys('/lock/'));
    expect(keys).toHaveLength(1);
    etcd.lose.set('txn', 2);
    expect(await witness.locks.withLock('/lock', PATIENCE_MS, async () => 'had')).toBe('had');
    expect(etcd.keys('/lock/')).toEqual([]);
  });

  it('of the question whether the lease lives, after which it seems to: it does not', async () => {
    const registration = await client.registry.register('/space', spec);
    const { path } = registration;
    etcd.lose.set('grant', 1);
    if (client instanceof EtcdDiscoveryClient) etcd.expire(client.leaseId);
    await vi.waitFor(() => expect(registration.path).not.toBe(path), PATIENCE_MS);
    expect(nodes()).toEqual([registration.path]);
  });

  it('of the question whether the lease lives, which it does: somebody deleted the node', async () => {
    const registration = await client.registry.register('/space', spec);
    etcd.lose.set('grant', 1);
    await witness.registry.remove(registration.path);
    expect(await registration.ended).toBe('deleted');
    expect(nodes()).toEqual([]);
  });
});

describe('members that fail', () => {
  it('are left for others, with the same lease, watches and nodes', async () => {
    const states: ConnectionState[] = [];
    client.connection.onChange((state) => states.push(state));
    const lists: string[][] = [];
    await client.registry.watch('/space', (found) => lists.push(found.map(({ host }) => host)));
    const registration = await client.registry.register('/space', spec);
    const { path } = registration;
    for (const member of ['one', 'two']) etcd.takeDown(`http://${member}:2379`);
    await witness.registry.register('/space', { ...spec, host: 'b' });
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a', 'b']), PATIENCE_MS);
    await vi.waitFor(() => expect(client.connection.state).toBe('connected'), PATIENCE_MS);
    expect(registration.path).toBe(path);
    expect(states).not.toContain(ConnectionState.lost);
  });

  it('make an operation wait and fail in time when there is no other', async () => {
    for (const member of ['one', 'two', 'three']) etcd.takeDown(`http://${member}:2379`);
    const begin = performance.now();
    await expect(client.records.get('/record')).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
      message: expect.stringMatching(/http:\/\/one:2379,http:\/\/two.*nobody answers at/),
    });
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(client.connection.state).toBe(ConnectionState.suspended);
    const waiting = client.records.put('/record', bytes('late'), { expected: 'absent' });
    etcd.down.clear();
    expect(await waiting).toBeGreaterThan(0);
  });

  it('keep a registration that is closed meanwhile, until one answers again', async () => {
    const registration = await client.registry.register('/space', spec);
    for (const member of ['one', 'two', 'three']) etcd.takeDown(`http://${member}:2379`);
    await expect(registration.close()).rejects.toMatchObject({ code: 'DISCOVERY_UNREACHABLE' });
    expect(await registration.ended).toBe('closed');
    expect(etcd.keys('/space/serverUri=')).toEqual([registration.path]);
    etcd.down.clear();
    await vi.waitFor(() => expect(etcd.keys('/space/serverUri=')).toEqual([]), PATIENCE_MS);
    await registration.close();
    expect(etcd.keys('/space/')).toEqual([]);
  });

  it('keep a lock for as long as the lease is safe, and no longer', async () => {
    const reason = await client.locks.withLock('/lock', PATIENCE_MS, async (signal) => {
      for (const member of ['one', 'two', 'three']) etcd.takeDown(`http://${member}:2379`);
      const begin = performance.now();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      expect(performance.now() - begin).toBeLessThan(1_000);
      etcd.down.clear();
      return String(signal.reason);
    });
    expect(reason).toMatch(/the lock was lost: etcd has been out of reach for longer than it keeps a lease/);
  });
});
