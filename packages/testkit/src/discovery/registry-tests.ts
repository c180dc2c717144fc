import assert from 'node:assert/strict';
import { always, isPending, soon } from '../support/eventually.ts';
import { type Suite, assertCode } from './suite-context.ts';

const VERSION = '1.12.0';
/** For what must not happen: longer than the first pauses between tries of a plugin that retries or polls. */
const QUIET_MS = 1_500;

export function defineRegistryTests({ test }: Suite): void {
  test('registers a node in the shape that drivers and engines know', async ({ open, space }) => {
    const client = await open();
    const registration = await client.registry.register(space, {
      host: 'engine.example',
      port: 40_001,
      version: VERSION,
      attributes: { 'spark.driver.memory': '', 'kyuubi.engine.id': 'local-1', pair: 'a=b' },
      refId: '6f2b',
    });
    const name = registration.path.slice(space.length + 1);
    assert.ok(registration.path.startsWith(`${space}/`));
    assert.match(
      name,
      /^serverUri=engine\.example:40001;version=1\.12\.0;spark\.driver\.memory=;kyuubi\.engine\.id=local-1;pair=a=b;refId=6f2b;sequence=\d{10}$/,
    );
    const [node, ...others] = await client.registry.list(space);
    assert.deepEqual(others, []);
    assert.deepEqual(node, {
      name,
      path: registration.path,
      host: 'engine.example',
      port: 40_001,
      attributes: {
        version: VERSION,
        'spark.driver.memory': '',
        'kyuubi.engine.id': 'local-1',
        pair: 'a=b',
        refId: '6f2b',
        sequence: name.slice(-10),
      },
    });
    assert.ok(await isPending(registration.ended));
  });

  test('a space that is not there is empty', async ({ open, space }) => {
    const client = await open();
    assert.deepEqual(await client.registry.list(space), []);
  });

  test('lists in the order of registration, whatever the names', async ({ open, space }) => {
    const clients = [await open(), await open()];
    const hosts = Array.from({ length: 12 }, (_, i) => `host-${String.fromCharCode(122 - i)}`);
    for (const [i, host] of hosts.entries()) {
      await clients[i % 2]?.registry.register(space, { host, port: 10_009, version: VERSION });
    }
    for (const client of clients) {
      const nodes = await client.registry.list(space);
      assert.deepEqual(
        nodes.map((node) => node.host),
        hosts,
      );
    }
  });

  test('another client sees and removes the node; the owner is told and does not register again', async ({
    open,
    space,
  }) => {
    const owner = await open();
    const other = await open();
    const registration = await owner.registry.register(space, { host: 'a', port: 1, version: VERSION });
    const [node] = await other.registry.list(space);
    assert.equal(node?.path, registration.path);
    assert.equal(await other.registry.remove(registration.path), true);
    assert.equal(await soon('ended', registration.ended), 'deleted');
    assert.equal(await other.registry.remove(registration.path), false);
    await registration.close();
    await always(async () => assert.deepEqual(await other.registry.list(space), []), QUIET_MS);
  });

  test('a closed registration is gone', async ({ open, space }) => {
    const client = await open();
    const kept = await client.registry.register(space, { host: 'kept', port: 1, version: VERSION });
    const closed = await client.registry.register(space, { host: 'closed', port: 1, version: VERSION });
    await closed.close();
    await closed.close();
    assert.equal(await soon('ended', closed.ended), 'closed');
    assert.deepEqual(
      (await client.registry.list(space)).map((node) => node.path),
      [kept.path],
    );
    assert.ok(await isPending(kept.ended));
  });

  test('a name that would come apart is refused', async ({ open, space }) => {
    const client = await open();
    for (const value of ['a/b', 'a;b']) {
      const spec = { host: 'h', port: 1, version: VERSION, attributes: { key: value } };
      await assertCode('DISCOVERY_FAILED', () => client.registry.register(space, spec));
    }
    assert.deepEqual(await client.registry.list(space), []);
  });
}

/** What other programs leave in a space must not make it unreadable. */
export function defineSiblingTests({ test, supports }: Suite): void {
  test('foreign and unreadable siblings are passed over', async ({ open, space }) => {
    const client = await open();
    const text = (value: string) => new TextEncoder().encode(value);
    await client.records.put(`${space}/leader`, text('host:10000'));
    await client.records.put(`${space}/serverUri=broken:1;version=1;sequence=0000000000`, text('no address'));
    await client.records.put(`${space}/serverUri=noport;version=1;sequence=0000000001`, text('host:'));
    await client.registry.register(space, { host: 'good', port: 10_009, version: VERSION });
    const nodes = await client.registry.list(space);
    assert.deepEqual(
      nodes.map((node) => node.host),
      ['good'],
    );
  });

  test('nodes of older releases, whose name begins with serviceUri, are read', async ({ open, space }) => {
    const client = await open();
    const name = 'serviceUri=old:10009;version=1.7.1;sequence=0000000007';
    await client.records.put(`${space}/${name}`, new TextEncoder().encode('old:10009'));
    assert.deepEqual(await client.registry.list(space), [
      {
        name,
        path: `${space}/${name}`,
        host: 'old',
        port: 10_009,
        attributes: { version: '1.7.1', sequence: '0000000007' },
      },
    ]);
  });

  test('a persistent node outlives its client', async ({ open, space }) => {
    const client = await open();
    const registration = await client.registry.register(space, {
      host: 'external',
      port: 1,
      version: VERSION,
      persistent: true,
    });
    await client.close();
    assert.equal(await soon('ended', registration.ended), 'closed');
    const other = await open();
    assert.equal((await other.registry.list(space))[0]?.path, registration.path);
    assert.equal(await other.registry.remove(registration.path), true);
  });

  if (!supports.publishedConfigs) return;
  test('published configurations are data like any other, and the address is read from them', async ({
    open,
    space,
  }) => {
    const client = await open();
    const data =
      'hive.server2.transport.mode=http;hive.server2.thrift.bind.host=web;hive.server2.thrift.http.port=10010';
    await client.registry.register(space, { host: 'name', port: 1, version: VERSION, data });
    const [node] = await client.registry.list(space);
    assert.deepEqual([node?.host, node?.port], ['web', 10_010]);
  });
}
