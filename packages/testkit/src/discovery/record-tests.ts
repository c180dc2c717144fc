import assert from 'node:assert/strict';
import type { DiscoveryClient } from '@senbon/core';
import { SenbonError } from '@senbon/core';
import { type Suite, assertCode } from './suite-context.ts';

const MAX_VALUE_BYTES = 512 * 1024;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export function defineRecordTests(suite: Suite): void {
  const { test } = suite;
  test('a record is absent, then there, then replaced, then gone', async ({ open, space }) => {
    const [client, other] = [await open(), await open()];
    const path = `${space}/deep/down/record`;
    assert.equal(await client.records.get(path), null);
    const first = await client.records.put(path, bytes('one'));
    const entry = await other.records.get(path);
    assert.equal(entry?.path, path);
    assert.equal(entry.version, first);
    assert.deepEqual(new Uint8Array(entry.value), bytes('one'));
    const second = await other.records.put(path, bytes('two'));
    assert.notEqual(second, first);
    assert.equal(await client.records.delete(path), true);
    assert.equal(await client.records.delete(path), false);
    assert.equal(await other.records.get(path), null);
  });

  test('expectations are kept: absent, a version, anything', async ({ open, space }) => {
    const client = await open();
    const path = `${space}/record`;
    await assertCode('DISCOVERY_CONFLICT', () => client.records.put(path, bytes('x'), { expected: 7 }));
    const first = await client.records.put(path, bytes('one'), { expected: 'absent' });
    await assertCode('DISCOVERY_CONFLICT', () =>
      client.records.put(path, bytes('again'), { expected: 'absent' }),
    );
    const second = await client.records.put(path, bytes('two'), { expected: first });
    await assertCode('DISCOVERY_CONFLICT', () =>
      client.records.put(path, bytes('late'), { expected: first }),
    );
    assert.deepEqual(new Uint8Array((await client.records.get(path))?.value ?? []), bytes('two'));
    await client.records.put(path, bytes('three'));
    await assertCode('DISCOVERY_CONFLICT', () =>
      client.records.put(path, bytes('late'), { expected: second }),
    );
  });

  test('many who count at once lose no count', async ({ open, space }) => {
    const clients = [await open(), await open()];
    const path = `${space}/counter`;
    await Promise.all(clients.flatMap((client) => [1, 2, 3, 4, 5].map(() => increment(client, path))));
    const entry = await clients[0]?.records.get(path);
    assert.equal(Buffer.from(entry?.value ?? []).toString(), '10');
  });

  test('any bytes up to 512 KiB, and no more', async ({ open, space }) => {
    const client = await open();
    const path = `${space}/large`;
    const value = Uint8Array.from({ length: MAX_VALUE_BYTES }, (_, i) => (i * 31) & 0xff);
    await client.records.put(path, value);
    const entry = await client.records.get(path);
    assert.equal(Buffer.compare(entry?.value ?? new Uint8Array(), value), 0);
    const tooLarge = new Uint8Array(MAX_VALUE_BYTES + 1);
    await assertCode('DISCOVERY_FAILED', () => client.records.put(path, tooLarge));
  });

  defineRecordListTests(suite);
}

function defineRecordListTests({ test, supports }: Suite): void {
  test('lists the direct children that hold a value', async ({ open, space }) => {
    const client = await open();
    assert.deepEqual(await client.records.list(space), []);
    await client.records.put(`${space}/b`, bytes('B'));
    await client.records.put(`${space}/a`, bytes('A'));
    await client.records.put(`${space}/parent/child`, bytes('C'));
    const entries = await client.records.list(space);
    const byPath = Object.fromEntries(
      entries.map(({ path, value }) => [path, Buffer.from(value).toString()]),
    );
    assert.equal(entries.length, 2);
    assert.deepEqual(byPath, { [`${space}/a`]: 'A', [`${space}/b`]: 'B' });
  });

  test('deleting a record leaves those below it', async ({ open, space }) => {
    const client = await open();
    await client.records.put(`${space}/top`, bytes('T'));
    await client.records.put(`${space}/top/below`, bytes('B'));
    assert.equal(await client.records.delete(`${space}/top`), true);
    assert.equal(await client.records.get(`${space}/top`), null);
    assert.equal(await client.records.delete(`${space}/top`), false);
    assert.ok(await client.records.get(`${space}/top/below`));
    await client.records.put(`${space}/top`, bytes('again'), { expected: 'absent' });
  });

  test(`a secret is kept like any record${supports.acl ? '' : ' (without access control)'}`, async ({
    open,
    space,
  }) => {
    const client = await open();
    const path = `${space}/secret`;
    const version = await client.records.put(path, bytes('key'), { expected: 'absent', secret: true });
    await assertCode('DISCOVERY_CONFLICT', () =>
      client.records.put(path, bytes('other'), { expected: 'absent', secret: true }),
    );
    await client.records.put(path, bytes('new'), { expected: version, secret: true });
    assert.deepEqual(new Uint8Array((await client.records.get(path))?.value ?? []), bytes('new'));
    assert.equal(await client.records.delete(path), true);
  });
}

async function increment(client: DiscoveryClient, path: string): Promise<void> {
  while (true) {
    const entry = await client.records.get(path);
    const next = bytes(String(Number(Buffer.from(entry?.value ?? []).toString() || '0') + 1));
    try {
      await client.records.put(path, next, { expected: entry?.version ?? 'absent' });
      return;
    } catch (error) {
      if (!(error instanceof SenbonError) || error.code !== 'DISCOVERY_CONFLICT') throw error;
    }
  }
}
