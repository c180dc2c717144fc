import { type DiscoveryClient, silentLogger } from '@senbon/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiscovery } from './plugin.ts';
import { FakeEtcd } from './testing/fake-etcd.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const number = (i: number): string => String(i).padStart(4, '0');

/** An answer of etcd is bounded, so that what is long comes in pages. */
describe('more than fits into a page', () => {
  let client: DiscoveryClient;
  let etcd: FakeEtcd;
  beforeEach(async () => {
    etcd = new FakeEtcd();
    client = await openDiscovery(
      {
        addresses: 'fake',
        sessionTimeoutMs: 1_000,
        connectTimeoutMs: 10_000,
        conf: new Map(),
        logger: silentLogger,
      },
      {},
      etcd.links,
    );
  });
  afterEach(() => client.close());

  it('of records: all direct children, and nothing from below them', async () => {
    const names = Array.from({ length: 230 }, (_, i) => number(i));
    for (const name of names) {
      await client.records.put(`/many/${name}`, bytes(name));
      // Below some there is more than a page.
      const below = name === '0050' ? 250 : 1;
      for (let i = 0; i < below; i++) await client.records.put(`/many/${name}/${number(i)}`, bytes('below'));
    }
    // These sort just before and just behind what is below one.
    for (const odd of ['0050!', '00500', '0050-x']) await client.records.put(`/many/${odd}`, bytes(odd));
    const listed = await client.records.list('/many');
    expect(listed.map(({ value }) => Buffer.from(value).toString()).toSorted()).toEqual(
      [...names, '0050!', '00500', '0050-x'].toSorted(),
    );
  });

  it('of nodes: all of them, in the order of their making', async () => {
    const hosts = Array.from({ length: 1_050 }, (_, i) => `h${(i * 11) % 1_050}`);
    for (const host of hosts) {
      const path = `/kyuubi/serverUri=${host}:1;version=1;sequence=0000000000`;
      await client.records.put(path, bytes(`${host}:1`));
    }
    expect((await client.registry.list('/kyuubi')).map(({ host }) => host)).toEqual(hosts);
  });

  it('is read anew when etcd has forgotten the moment of the first page', async () => {
    for (let i = 0; i < 150; i++) await client.records.put(`/many/${number(i)}`, bytes('x'));
    // Between two pages somebody writes and all that was before is compacted, once.
    const writing = client.records.list('/many');
    etcd.compactedAt = await client.records.put('/many/9999', bytes('x'));
    expect(await writing).toHaveLength(151);
    expect(client.connection.state).toBe('connected');
  });
});
