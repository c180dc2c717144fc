import { type DiscoveryClient, type Registration, silentLogger } from '@senbon/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WatchEvent } from '../client/handle.ts';
import { openDiscovery } from '../plugin.ts';
import { type FakeCall, type FakeHandle, fakeHandles } from '../testing/fake-handle.ts';

const PREFIX = '/kyuubi/serverUri=a:1;version=1;sequence=';
const stat = { version: 0, numChildren: 0, ephemeralOwner: '1' };

describe('a registration whose node is gone', () => {
  let handles: FakeHandle[];
  let client: DiscoveryClient;
  let registration: Registration;
  let watch: FakeCall;

  const call = (handle: number, operation: string): Promise<FakeCall> =>
    vi.waitFor(() => (handles[handle] as FakeHandle).take(operation), { interval: 5 });

  beforeEach(async () => {
    const fake = fakeHandles();
    ({ handles } = fake);
    const options = {
      addresses: '127.0.0.1:1',
      sessionTimeoutMs: 3_000,
      connectTimeoutMs: 1_000,
      conf: new Map<string, string>(),
      logger: silentLogger,
    };
    const opening = openDiscovery(options, {}, fake.handle);
    await vi.waitFor(() => expect(handles).toHaveLength(1));
    handles[0]?.connect();
    client = await opening;
    const registering = client.registry.register('/kyuubi', { host: 'a', port: 1, version: '1' });
    (await call(0, 'a_create')).answer(0, `${PREFIX}0000000000`);
    watch = await call(0, 'aw_exists');
    watch.answer(0, stat);
    registration = await registering;
  });
  afterEach(async () => {
    for (const handle of handles) handle.disconnect();
    await client.close();
  });

  it('was deleted by somebody, when the session can be used after that', async () => {
    watch.watcher?.(WatchEvent.deleted, 3, registration.path);
    (await call(0, 'a_exists')).answer(-101);
    expect(await registration.ended).toBe('deleted');
  });

  it('went with its session, when that is over: the server tells the deletion first', async () => {
    watch.watcher?.(WatchEvent.deleted, 3, registration.path);
    await call(0, 'a_exists');
    handles[0]?.expire();
    await vi.waitFor(() => expect(handles).toHaveLength(2));
    handles[1]?.connect();
    // It may be there already, from an attempt whose answer was lost; it is not.
    (await call(1, 'a_get_children')).answer(0, []);
    (await call(1, 'a_create')).answer(0, `${PREFIX}0000000001`);
    (await call(1, 'aw_exists')).answer(0, stat);
    await vi.waitFor(() => expect(registration.path).toBe(`${PREFIX}0000000001`));
  });

  it('is asked about again after a disconnect', async () => {
    watch.watcher?.(WatchEvent.deleted, 3, registration.path);
    (await call(0, 'a_exists')).answer(-4);
    handles[0]?.disconnect();
    handles[0]?.connect();
    (await call(0, 'a_exists')).answer(-101);
    expect(await registration.ended).toBe('deleted');
  });

  it('is watched on after a change of its data', async () => {
    watch.watcher?.(WatchEvent.changed, 3, registration.path);
    const again = await call(0, 'aw_exists');
    again.answer(0, stat);
    again.watcher?.(WatchEvent.deleted, 3, registration.path);
    (await call(0, 'a_exists')).answer(-101);
    expect(await registration.ended).toBe('deleted');
  });
});
