import { type DiscoveryClient, type Registration, silentLogger } from '@senbon/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WatchEvent } from '../client/handle.ts';
import { openDiscovery } from '../plugin.ts';
import { type FakeCall, type FakeHandle, fakeHandles } from '../testing/fake-handle.ts';

const PREFIX = '/kyuubi/serverUri=a:1;version=1;sequence=';
const stat = { version: 0, numChildren: 0, ephemeralOwner: '1' };

interface Opened {
  readonly handles: FakeHandle[];
  readonly client: DiscoveryClient;
  readonly registration: Registration;
  readonly watch: FakeCall;
  readonly call: (handle: number, operation: string) => Promise<FakeCall>;
}

/** For each test of a group: a client with one registration, and the handles under it. */
function onFakeHandles(): { opened: () => Opened } {
  let present: Opened;
  beforeEach(async () => {
    const { handle, handles } = fakeHandles();
    const call: Opened['call'] = (index, operation) =>
      vi.waitFor(() => (handles[index] as FakeHandle).take(operation), { interval: 5 });
    const options = {
      addresses: '127.0.0.1:1',
      sessionTimeoutMs: 3_000,
      connectTimeoutMs: 500,
      conf: new Map<string, string>(),
      logger: silentLogger,
    };
    const opening = openDiscovery(options, {}, handle);
    await vi.waitFor(() => expect(handles).toHaveLength(1));
    handles[0]?.connect();
    const client = await opening;
    const registering = client.registry.register('/kyuubi', { host: 'a', port: 1, version: '1' });
    (await call(0, 'a_create')).answer(0, `${PREFIX}0000000000`);
    const watch = await call(0, 'aw_exists');
    watch.answer(0, stat);
    present = { handles, client, registration: await registering, watch, call };
  });
  afterEach(async () => {
    for (const handle of present.handles) handle.disconnect();
    await present.client.close();
  });
  return { opened: () => present };
}

describe('a registration whose node is gone', () => {
  const { opened } = onFakeHandles();
  let { handles, client, registration, watch, call } = {} as Opened;
  beforeEach(() => {
    ({ handles, client, registration, watch, call } = opened());
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

  it('is watched on also when no server answers for longer than an operation may take', async () => {
    watch.watcher?.(WatchEvent.changed, 3, registration.path);
    await call(0, 'aw_exists');
    handles[0]?.disconnect();
    const unreachable = { code: 'DISCOVERY_UNREACHABLE' };
    await expect(client.records.get('/kyuubi/x')).rejects.toMatchObject(unreachable);
    handles[0]?.connect();
    const again = await call(0, 'aw_exists');
    again.answer(-101);
    expect(await registration.ended).toBe('deleted');
  });
});

describe('a registration that is closed while no server answers', () => {
  const { opened } = onFakeHandles();
  const closeInVain = async (): Promise<void> => {
    const { handles, registration } = opened();
    handles[0]?.disconnect();
    await expect(registration.close()).rejects.toMatchObject({ code: 'DISCOVERY_UNREACHABLE' });
    expect(await registration.ended).toBe('closed');
  };

  it('is deleted when one answers again, and then not once more', async () => {
    const { handles, registration, call } = opened();
    await closeInVain();
    handles[0]?.connect();
    const deletion = await call(0, 'a_delete_');
    expect(deletion.args[0]).toBe(registration.path);
    deletion.answer(0);
    await new Promise(setImmediate);
    await registration.close();
    expect(handles[0]?.pending('a_delete_')).toEqual([]);
  });

  it('is deleted after a lost answer and another disconnect', async () => {
    const { handles, call } = opened();
    await closeInVain();
    handles[0]?.connect();
    (await call(0, 'a_delete_')).answer(-4);
    handles[0]?.disconnect();
    handles[0]?.connect();
    (await call(0, 'a_delete_')).answer(-101);
  });

  it('is taken for nobody else’s node before that', async () => {
    const { handles, client, registration, call } = opened();
    await closeInVain();
    handles[0]?.connect();
    const deletion = await call(0, 'a_delete_');
    const again = client.registry.register('/kyuubi', { host: 'a', port: 1, version: '1' });
    (await call(0, 'a_create')).answer(-4);
    (await call(0, 'a_get_children')).answer(0, [registration.path.slice('/kyuubi/'.length)]);
    (await call(0, 'a_create')).answer(0, `${PREFIX}0000000001`);
    (await call(0, 'aw_exists')).answer(0, stat);
    expect((await again).path).toBe(`${PREFIX}0000000001`);
    deletion.answer(0);
  });

  it('goes with its session, and nothing is deleted in the next', async () => {
    const { handles, client, call } = opened();
    await closeInVain();
    handles[0]?.expire();
    await vi.waitFor(() => expect(handles).toHaveLength(2));
    handles[1]?.connect();
    const reading = client.records.get('/kyuubi/x');
    (await call(1, 'a_get')).answer(-101);
    expect(await reading).toBeNull();
    expect(handles.flatMap((handle) => handle.pending('a_delete_'))).toEqual([]);
  });
});
