import { Deadline } from '@senbon/core/discovery';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeHandle, fakeHandles } from '../testing/fake-handle.ts';
import { WatchEvent } from './handle.ts';
import { ZkSession, type ZkSessionOptions } from './zk-session.ts';

const OPERATION_TIMEOUT_MS = 60;
const stat = { version: 4, numChildren: 0, ephemeralOwner: '0' };

describe('ZkSession', () => {
  let handle: FakeHandle;
  let session: ZkSession;
  const states: string[] = [];

  const open = async (overrides: Partial<ZkSessionOptions> = {}): Promise<ZkSession> => {
    const { handle: make, handles } = fakeHandles();
    const opening = ZkSession.open(
      {
        handle: make,
        servers: '127.0.0.1:2181',
        chroot: '',
        sessionTimeoutMs: 3_000,
        operationTimeoutMs: OPERATION_TIMEOUT_MS,
        onState: (_, state) => states.push(state),
        ...overrides,
      },
      new Deadline(1_000),
    );
    handle = handles[0] as FakeHandle;
    handle.connect();
    return opening;
  };

  beforeEach(async () => {
    states.length = 0;
    session = await open();
  });

  it('asks for the session time-out at the addresses', () => {
    expect(handle.config).toEqual({ connect: '127.0.0.1:2181', timeout: 3_000 });
  });

  it('gives up when nobody answers, and closes the handle', async () => {
    const { handle: make, handles } = fakeHandles();
    const opening = ZkSession.open(
      {
        handle: make,
        servers: '127.0.0.1:1',
        chroot: '',
        sessionTimeoutMs: 3_000,
        operationTimeoutMs: 10,
        onState: () => undefined,
      },
      new Deadline(20),
    );
    await expect(opening).rejects.toMatchObject({
      zkCode: -7,
      message: expect.stringContaining('127.0.0.1:1'),
    });
    expect(handles[0]?.isClosed).toBe(true);
  });

  it('sends credentials before anything else', async () => {
    await open({ digest: 'user:secret' });
    expect(handle.credentials).toEqual(['digest user:secret']);
  });

  it('rejects with the number as a property', async () => {
    const get = session.get('/a');
    handle.take('a_get').answer(-102);
    await expect(get).rejects.toMatchObject({ name: 'ZkError', zkCode: -102, path: '/a' });
    handle.issueCode = -8;
    await expect(session.get('a//')).rejects.toMatchObject({ zkCode: -8 });
  });

  it('lets no operation hang, and ignores the late answer', async () => {
    const late = session.get('/a');
    await expect(late).rejects.toMatchObject({ zkCode: -7 });
    handle.take('a_get').answer(0, stat, Buffer.from('late'));
    const next = session.get('/a');
    handle.take('a_get').answer(0, stat, null);
    expect(await next).toEqual({ data: Buffer.alloc(0), stat });
  });

  it('fails what is unanswered, and what comes after, when the session expires', async () => {
    const pending = session.children('/a');
    handle.expire();
    await expect(pending).rejects.toMatchObject({ zkCode: -112 });
    await expect(session.children('/a')).rejects.toMatchObject({ zkCode: -9 });
    expect(states).toEqual(['connected', 'expired']);
    session.destroy();
    expect(session.state).toBe('expired');
  });

  it('puts the chroot before every path and takes it off what comes back', async () => {
    const opening = open({ chroot: '/deep/root' });
    await vi.waitFor(() => handle.take('a_create').answer(-110));
    await vi.waitFor(() => handle.take('a_create').answer(0, '/deep/root'));
    session = await opening;
    const created = session.create('/a', new Uint8Array(), 0);
    const call = handle.take('a_create');
    expect(call.args[0]).toBe('/deep/root/a');
    call.answer(0, '/deep/root/a');
    expect(await created).toBe('/a');
    void session.exists('/').catch(() => undefined);
    expect(handle.take('a_exists').args[0]).toBe('/deep/root');
  });

  it('shares one watch, and arms it anew when it has fired', async () => {
    const listeners = [vi.fn(), vi.fn()] as const;
    const [first, second] = listeners.map((listener) => session.children('/a', listener));
    const arming = handle.take('aw_get_children');
    arming.answer(0, ['x']);
    handle.take('a_get_children').answer(0, ['x']);
    expect(await first).toEqual(['x']);
    expect(await second).toEqual(['x']);
    arming.watcher?.(WatchEvent.session, 1, '');
    arming.watcher?.(WatchEvent.child, 3, '/a');
    for (const listener of listeners) expect(listener.mock.calls).toEqual([[WatchEvent.child]]);
    void session.children('/a', listeners[0]).catch(() => undefined);
    expect(handle.pending('aw_get_children')).toHaveLength(1);
  });

  it('tells how long the server keeps the session at least', async () => {
    expect(session.safeForMs).toBe(3_000);
    handle.disconnect();
    expect(session.safeForMs).toBeGreaterThan(2_900);
    expect(session.safeForMs).toBeLessThanOrEqual(3_000);
    handle.expire();
    expect(session.safeForMs).toBe(0);
  });

  it('fails what is unanswered when it is closed, and closes once', async () => {
    const pending = session.children('/a');
    await Promise.all([session.close(), session.close()]);
    await expect(pending).rejects.toMatchObject({ zkCode: -116 });
    expect(handle.isClosed).toBe(true);
    expect(states).toEqual(['connected', 'closed']);
  });
});
