import assert from 'node:assert/strict';
import { ConnectionState, type DiscoveryClient } from '@senbon/core';
import { freePort } from '../process/free-port.ts';
import { eventually, isPending, soon, PATIENCE_MS } from '../support/eventually.ts';
import { type Suite, type TestContext, assertCode, watchLog } from './suite-context.ts';

const VERSION = '1.12.0';
const NOBODY_MS = 500;
const value = new Uint8Array([1]);

export function defineLifeTests(suite: Suite): void {
  const { test } = suite;
  test('close takes the ephemeral nodes away and ends their registrations', async ({ open, space }) => {
    const [client, other] = [await open(), await open()];
    const states: ConnectionState[] = [];
    client.connection.onChange((state) => states.push(state));
    assert.equal(client.connection.state, ConnectionState.connected);
    const registration = await client.registry.register(space, { host: 'a', port: 1, version: VERSION });
    await Promise.all([client.close(), client.close()]);
    assert.equal(await soon('ended', registration.ended), 'closed');
    assert.deepEqual(await other.registry.list(space), []);
    assert.equal(client.connection.state, ConnectionState.closed);
    assert.deepEqual(states, [ConnectionState.closed]);
    await registration.close();
  });

  test('after close every operation is refused', async ({ open, space }) => {
    const client = await open();
    await client.close();
    for (const [name, run] of operations(client, space)) {
      await soon(
        name,
        assertCode('DISCOVERY_CLOSED', () => run()),
      );
    }
  });

  test('an aborted call ends with the reason of its signal', async ({ open, space, harness }) => {
    const client = await open();
    const signal = AbortSignal.abort(new Error('stop it'));
    await assert.rejects(harness.plugin.open(harness.options, { signal }), /stop it/);
    for (const [name, run] of operations(client, space)) {
      await soon(name, assert.rejects(run(signal), /stop it/, name));
    }
    assert.deepEqual(await client.registry.list(space), []);
  });

  test('when nobody answers, open says so in time', async ({ harness }) => {
    const addresses = `127.0.0.1:${await freePort()}`;
    const begin = performance.now();
    const error = await assertCode('DISCOVERY_UNREACHABLE', () =>
      harness.plugin.open({ ...harness.options, addresses, connectTimeoutMs: NOBODY_MS }, {}),
    );
    assert.ok(error.message.includes(addresses), error.message);
    assert.ok(performance.now() - begin < NOBODY_MS + 2_000);
  });

  if (suite.supports.expireSession) defineExpiryTests(suite);
}

function defineExpiryTests({ test }: Suite): void {
  test('a lost session: registers again, watches on, tells the states', async (context) => {
    const { open, space, harness } = context;
    const [client, other] = [await open(), await open()];
    const states: ConnectionState[] = [];
    client.connection.onChange((state) => states.push(state));
    const registration = await client.registry.register(space, { host: 'a', port: 1, version: VERSION });
    const firstPath = registration.path;
    const [own, others] = [await watchLog(client, space), await watchLog(other, space)];
    await expire(context, client);
    await eventually(() => assert.notEqual(registration.path, firstPath));
    assert.ok(await isPending(registration.ended));
    await eventually(async () =>
      assert.deepEqual(
        (await other.registry.list(space)).map((node) => node.path),
        [registration.path],
      ),
    );
    assert.equal(client.connection.state, ConnectionState.connected);
    assert.ok(states.includes(ConnectionState.lost), states.join());
    await other.registry.register(space, { host: 'b', port: 1, version: VERSION });
    await own.untilHosts('a', 'b');
    await others.untilHosts('a', 'b');
    assert.equal(await other.registry.remove(registration.path), true);
    assert.equal(await soon('ended', registration.ended), 'deleted');
    assert.ok(harness.expireSession);
  });

  test('a lost session takes its locks with it', async (context) => {
    const { open, space } = context;
    const [client, other] = [await open(), await open()];
    let begun = (): void => undefined;
    const holding = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const work = client.locks.withLock(space, PATIENCE_MS, async (signal) => {
      begun();
      await soon('the signal', new Promise((resolve) => signal.addEventListener('abort', resolve)));
      return signal.reason as Error;
    });
    await holding;
    const next = other.locks.withLock(space, PATIENCE_MS, async () => 'next');
    await expire(context, client);
    assert.match((await work).message, /lost/);
    assert.equal(await soon('the next lock', next), 'next');
  });
}

async function expire({ harness }: TestContext, client: DiscoveryClient): Promise<void> {
  assert.ok(harness.expireSession, 'the harness declares expireSession and does not have it');
  await harness.expireSession(client);
}

type Operation = (signal?: AbortSignal) => Promise<unknown>;

function operations(
  { registry, locks, records }: DiscoveryClient,
  space: string,
): readonly [string, Operation][] {
  const call = (signal?: AbortSignal) => (signal === undefined ? {} : { signal });
  const spec = { host: 'a', port: 1, version: VERSION };
  return [
    ['register', (signal) => registry.register(space, spec, call(signal))],
    ['list', (signal) => registry.list(space, call(signal))],
    ['watch', (signal) => registry.watch(space, () => undefined, call(signal))],
    ['remove', (signal) => registry.remove(`${space}/x`, call(signal))],
    ['withLock', (signal) => locks.withLock(space, PATIENCE_MS, async () => undefined, call(signal))],
    ['records.get', (signal) => records.get(space, call(signal))],
    ['records.put', (signal) => records.put(space, value, call(signal))],
    ['records.delete', (signal) => records.delete(space, call(signal))],
    ['records.list', (signal) => records.list(space, call(signal))],
  ];
}
