import assert from 'node:assert/strict';
import { type Suite, watchLog } from './suite-context.ts';

const spec = (host: string) => ({ host, port: 10_009, version: '1.12.0' });

export function defineWatchTests({ test }: Suite): void {
  test('tells the present list at once, then every change', async ({ open, space }) => {
    const client = await open();
    const other = await open();
    const first = await other.registry.register(space, spec('a'));
    const log = await watchLog(client, space);
    assert.equal(log.lists.length, 1);
    await log.untilHosts('a');
    await other.registry.register(space, spec('b'));
    await log.untilHosts('a', 'b');
    await first.close();
    await log.untilHosts('b');
  });

  test('a space that is made later is watched from its beginning', async ({ open, space }) => {
    const client = await open();
    const other = await open();
    const log = await watchLog(client, space);
    assert.deepEqual(log.lists, [[]]);
    await other.registry.register(space, spec('a'));
    await log.untilHosts('a');
  });

  test('no change is lost when many come at once', async ({ open, space }) => {
    const client = await open();
    const other = await open();
    const log = await watchLog(client, space);
    const hosts = Array.from({ length: 30 }, (_, i) => `host-${i}`);
    const registrations = await Promise.all(hosts.map((host) => other.registry.register(space, spec(host))));
    const order = registrations
      .toSorted((a, b) => (a.path.slice(-10) < b.path.slice(-10) ? -1 : 1))
      .map((registration) => /serverUri=([^:]+):/.exec(registration.path)?.[1] ?? '');
    await log.untilHosts(...order);
    await Promise.all(registrations.slice(1).map((registration) => registration.close()));
    await log.untilHosts('host-0');
  });

  test('listeners of one space do not depend on each other', async ({ open, space }) => {
    const client = await open();
    const [left, stayed] = [await watchLog(client, space), await watchLog(client, space)];
    left.close();
    left.close();
    await client.registry.register(space, spec('a'));
    await stayed.untilHosts('a');
    assert.deepEqual(left.lists, [[]]);
    stayed.close();
    const again = await watchLog(client, space);
    await again.untilHosts('a');
  });

  test('a listener that throws does not end the watch', async ({ open, space }) => {
    const client = await open();
    let calls = 0;
    await client.registry.watch(space, () => {
      calls++;
      throw new Error('a listener of the conformance kit throws on purpose');
    });
    const log = await watchLog(client, space);
    await client.registry.register(space, spec('a'));
    await log.untilHosts('a');
    assert.ok(calls >= 1);
  });
}
