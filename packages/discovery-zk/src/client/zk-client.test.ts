import { type Logger, silentLogger } from '@senbon/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeHandle, fakeHandles } from '../testing/fake-handle.ts';
import { parseAddresses } from './addresses.ts';
import { ZkClient, type ZkClientOptions } from './zk-client.ts';
import type { ZkSession } from './zk-session.ts';

const SHORT_MS = 80;

describe('ZkClient', () => {
  let handles: FakeHandle[];
  let client: ZkClient;
  let states: string[];
  let sessions: ZkSession[];

  const open = async (overrides: Partial<ZkClientOptions> = {}): Promise<ZkClient> => {
    const fake = fakeHandles();
    ({ handles } = fake);
    const opening = ZkClient.open({
      handle: fake.handle,
      ensemble: parseAddresses('127.0.0.1:2181'),
      sessionTimeoutMs: 3_000,
      connectTimeoutMs: SHORT_MS,
      operationTimeoutMs: 5_000,
      backoff: { baseMs: 1, maxMs: 4 },
      logger: silentLogger,
      ...overrides,
    });
    const handle = await newest(1);
    handle.connect();
    return opening;
  };
  const newest = (count: number): Promise<FakeHandle> =>
    vi.waitFor(() => {
      if (handles.length < count) throw new Error(`only ${handles.length} handles were made`);
      return handles[count - 1] as FakeHandle;
    });

  const answer = (operation: string, rc: number, value?: unknown): Promise<void> =>
    vi.waitFor(() => handles[0]?.take(operation).answer(rc, value));

  beforeEach(async () => {
    states = [];
    sessions = [];
    client = await open();
    client.onChange((state) => states.push(state));
    client.onSession((session) => sessions.push(session));
  });
  afterEach(async () => {
    for (const handle of handles) handle.disconnect();
    await client.close();
  });

  it('replaces an expired session, trying on until one is had', async () => {
    handles[0]?.expire();
    expect(client.state).toBe('lost');
    // Nobody answers the second handle; it is given up after the connect time-out.
    const second = await newest(2);
    const third = await newest(3);
    expect(second.isClosed).toBe(true);
    third.connect();
    await vi.waitFor(() => expect(client.state).toBe('connected'));
    expect(sessions).toEqual([client.session]);
    expect(states).toEqual(['lost', 'connected']);
  });

  it('replaces a session whose credentials were refused, too', async () => {
    const warn = vi.fn();
    const logger: Logger = { ...silentLogger, warn };
    const other = await open({ logger });
    handles[0]?.expire(-113);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/lost: the server refused the credentials/));
    (await newest(2)).connect();
    await vi.waitFor(() => expect(other.state).toBe('connected'));
    handles[1]?.disconnect();
    await other.close();
  });

  it('repeats an operation whose answer was lost', async () => {
    const counts: number[] = [];
    const run = client.run((session, attempt) => {
      counts.push(attempt);
      return session.children('/a');
    });
    await answer('a_get_children', -4);
    await answer('a_get_children', 0, ['x']);
    expect(await run).toEqual(['x']);
    expect(counts).toEqual([0, 1]);
  });

  it('but not one that cannot be repeated', async () => {
    const run = client.run((session) => session.children('/a'), { once: true });
    const refused = expect(run).rejects.toMatchObject({ code: 'DISCOVERY_UNREACHABLE' });
    await answer('a_get_children', -4);
    await refused;
  });

  it("passes the server's refusals on at once", async () => {
    const refused = expect(client.run((session) => session.children('/a'))).rejects.toMatchObject({
      zkCode: -101,
    });
    await answer('a_get_children', -101);
    await refused;
  });

  it('waits for a connection, no longer than the time-out', async () => {
    handles[0]?.disconnect();
    const short = client.run((session) => session.children('/a'), { timeoutMs: SHORT_MS });
    await expect(short).rejects.toMatchObject({ code: 'DISCOVERY_UNREACHABLE' });
    const run = client.run((session) => session.children('/a'));
    handles[0]?.connect();
    await answer('a_get_children', 0, []);
    expect(await run).toEqual([]);
    expect(states).toEqual(['suspended', 'connected']);
  });

  it('an operation that belongs to a session fails with it', async () => {
    const { session } = client;
    const run = client.run((current) => current.children('/a'), { session, timeoutMs: 10_000 });
    handles[0]?.expire();
    await expect(run).rejects.toMatchObject({ zkCode: -112 });
    await expect(client.run((current) => current.children('/a'), { session })).rejects.toMatchObject({
      zkCode: -112,
    });
  });

  it('ends a waiting operation by its signal', async () => {
    handles[0]?.disconnect();
    const stop = new AbortController();
    const run = client.run((session) => session.children('/a'), { signal: stop.signal });
    stop.abort(new Error('stop it'));
    await expect(run).rejects.toThrow('stop it');
  });

  it('close ends waiting operations and the search for a session', async () => {
    handles[0]?.expire();
    const run = client.run((session) => session.children('/a'), { timeoutMs: 10_000 });
    const second = await newest(2);
    await Promise.all([client.close(), expect(run).rejects.toMatchObject({ code: 'DISCOVERY_CLOSED' })]);
    await vi.waitFor(() => expect(second.isClosed).toBe(true));
    expect(states).toEqual(['lost', 'closed']);
    expect(handles).toHaveLength(2);
  });

  it('looks names up again while disconnected', async () => {
    let numbers = ['10.0.0.1'];
    const ensemble = parseAddresses('zk:2181');
    const named = await open({ ensemble, resolve: async () => numbers, lookUpMs: 5 });
    expect(handles[0]?.config.connect).toBe('10.0.0.1:2181');
    numbers = ['10.0.0.2', '10.0.0.3'];
    handles[0]?.disconnect();
    await vi.waitFor(() => expect(handles[0]?.servers).toEqual(['10.0.0.2:2181,10.0.0.3:2181']));
    await named.close();
  });

  it('names who could not be reached, and how long it tried', async () => {
    const fake = fakeHandles();
    const opening = ZkClient.open({
      handle: fake.handle,
      ensemble: parseAddresses('127.0.0.1:1,127.0.0.1:2/root'),
      sessionTimeoutMs: 3_000,
      connectTimeoutMs: 20,
      operationTimeoutMs: 20,
      backoff: { baseMs: 1, maxMs: 4 },
      logger: silentLogger,
    });
    await expect(opening).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
      message: expect.stringMatching(/127\.0\.0\.1:1,127\.0\.0\.1:2\/root.*20 ms/),
    });
    expect(fake.handles[0]?.isClosed).toBe(true);
  });
});
