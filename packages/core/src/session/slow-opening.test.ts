import { TStatusCode } from '@senbon/hive-thrift';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { openRequest, TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
let isAsked: Promise<void>;
let answer: (group: string) => void;

/** Nobody's session opens before the group is known. */
beforeEach(async () => {
  let asked: () => void = () => {};
  isAsked = new Promise((resolve) => {
    asked = resolve;
  });
  const group = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const primaryGroupOf = () => {
    asked();
    return group;
  };
  const clock = new FakeClock();
  const ensemble = new MemoryEnsemble(clock);
  const shared = { clock, ensemble, groupProvider: { name: 'slow', primaryGroupOf } };
  gateway = await TestGateway.create({ 'kyuubi.engine.share.level': 'GROUP' }, shared);
  await gateway.gateway.start();
});
afterEach(() => gateway.stop());

it('is waited for by a drain', async () => {
  const client = await gateway.connect();
  const opening = client.call('OpenSession', openRequest());
  await isAsked;
  const drained = gateway.gateway.drain('the test says so');
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(gateway.gateway.state).toBe('draining');
  answer('staff');
  const { status, sessionHandle } = await opening;
  expect(status.statusCode).toBe(TStatusCode.SUCCESS);
  expect(gateway.gateway.openSessions).toBe(1);
  await client.call('CloseSession', { sessionHandle: sessionHandle ?? fail() });
  client.destroy(new Error('done'));
  await drained;
  expect(gateway.gateway.state).toBe('stopped');
});

it('that fails ends a drain that waits for it', async () => {
  const client = await gateway.connect();
  const opening = client.call('OpenSession', openRequest());
  await isAsked;
  const drained = gateway.gateway.drain('the test says so');
  answer('');
  expect((await opening).status.errorMessage).toContain('its provider gave no name');
  client.destroy(new Error('done'));
  await drained;
});

it('opens nothing when the client has left', async () => {
  const client = await gateway.connect();
  client.call('OpenSession', openRequest()).catch(() => {});
  await isAsked;
  client.destroy(new Error('gone'));
  answer('staff');
  await expect.poll(() => gateway.logger.has('is closed (its client disconnected)')).toBe(true);
  expect(gateway.gateway.openSessions).toBe(0);
});

it('opens nothing when the gateway has stopped', async () => {
  const client = await gateway.connect();
  client.call('OpenSession', openRequest()).catch(() => {});
  await isAsked;
  await gateway.stop();
  answer('staff');
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(gateway.gateway.openSessions).toBe(0);
  expect(gateway.plugin.launches).toEqual([]);
});

function fail(): never {
  throw new Error('no session');
}
