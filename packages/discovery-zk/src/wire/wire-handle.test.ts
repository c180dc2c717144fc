import { once } from 'node:events';
import { SetWatches, StatResponse, WatcherEvent } from '@senbon/zookeeper-embedded/wire';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WatchEvent } from '../client/handle.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { WireHandle } from './wire-handle.ts';

const stat = {
  czxid: 1,
  mzxid: 1,
  ctime: 1,
  mtime: 1,
  version: 3,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: -1n,
  dataLength: 0,
  numChildren: 2,
  pzxid: 1,
};
const SET_WATCHES = 101;
const CLOSE = -11;

let server: FakeServer;
let handle: WireHandle;

beforeEach(async () => {
  server = await FakeServer.start();
  handle = new WireHandle({ connect: server.address, timeout: 400 });
});

afterEach(async () => {
  void handle.close();
  await server.close();
});

async function connected(): Promise<void> {
  handle.init();
  await once(handle, 'connect');
}

const exists = (path: string) =>
  new Promise<number>((resolve) => {
    expect(handle.a_exists(path, false, (rc) => resolve(rc))).toBe(0);
  });

describe('WireHandle', () => {
  it('asks for a session, and takes what is granted', async () => {
    await connected();
    expect(server.greetings).toMatchObject([{ timeOut: 400, sessionId: 0n, lastZxidSeen: 0 }]);
    expect(handle.client_id).toBe('1234');
    expect(handle.client_password).toBe('07'.repeat(16));
    expect(handle.timeout).toBe(400);
  });

  it('says so when there is nowhere to go', () => {
    expect(new WireHandle({ connect: '', timeout: 400 }).timeout).toBe(-1);
  });

  it('reads answers, and shows ids as unsigned hex', async () => {
    await connected();
    const done = vi.fn();
    handle.a_exists('/a', false, done);
    const { xid, type } = await server.request();
    expect(type).toBe(3);
    server.reply(xid, 0, (writer) => StatResponse.write(writer, { stat }));
    await vi.waitFor(() =>
      expect(done).toHaveBeenCalledWith(0, 'ok', {
        version: 3,
        numChildren: 2,
        ephemeralOwner: 'f'.repeat(16),
      }),
    );
  });

  it('sends what was asked before there was a connection', async () => {
    handle.init();
    const rc = exists('/a');
    const { xid } = await server.request();
    server.reply(xid, -101);
    expect(await rc).toBe(-101);
  });

  it('comes back with its session, its credentials and its watches, in this order, and before anything else', async () => {
    handle.add_auth('digest', 'user:secret');
    await connected();
    expect((await server.request()).xid).toBe(-4);
    const watcher = vi.fn();
    handle.aw_exists('/gone', watcher, () => undefined);
    server.reply((await server.request()).xid, -101);
    const listed = new Promise<unknown>((resolve) => {
      handle.aw_get_children('/dir', watcher, (_rc, _text, children) => resolve(children));
    });
    server.reply((await server.request()).xid, 0, (writer) => writer.writeInt(0));
    expect(await listed).toEqual([]);
    const lost = once(handle, 'connecting');
    server.cut();
    await lost;
    await once(handle, 'connect');
    expect(server.greetings[1]).toMatchObject({ sessionId: 0x1234n, lastZxidSeen: 9 });
    expect((await server.request()).xid).toBe(-4);
    const again = await server.request();
    expect(again.type).toBe(SET_WATCHES);
    expect(SetWatches.read(again.body)).toEqual({
      relativeZxid: 9,
      dataWatches: [],
      existWatches: ['/gone'],
      childWatches: ['/dir'],
    });
    server.reply(-1, 0, (writer) => WatcherEvent.write(writer, { type: 1, state: 3, path: '/gone' }));
    await vi.waitFor(() => expect(watcher.mock.calls).toEqual([[WatchEvent.created, 3, '/gone']]));
  });

  it('fails what is unanswered when the connection is cut, and what is sent into a cut connection', async () => {
    await connected();
    const sent = exists('/a');
    await server.request();
    server.cut();
    // The system may know already that nobody listens; this process does not.
    const blind = Array.from({ length: 50 }, () => exists('/b'));
    expect(await sent).toBe(-4);
    expect(new Set(await Promise.all(blind))).toEqual(new Set([-4]));
  });

  it('leaves a server that is silent', async () => {
    await connected();
    server.answersPings = false;
    await once(handle, 'connecting');
    await once(handle, 'connect');
    expect(server.connections).toBe(2);
  });

  it('stays while pings are answered', async () => {
    await connected();
    const lost = vi.fn();
    handle.on('connecting', lost);
    const { xid } = await Promise.race([
      server.request(),
      new Promise<{ xid: number }>((resolve) => setTimeout(() => resolve({ xid: 0 }), 900)),
    ]);
    expect(xid).toBe(0);
    expect(lost).not.toHaveBeenCalled();
  });

  it('leaves a server that accepts and does not greet', async () => {
    server.greets = false;
    handle.init();
    await vi.waitFor(() => expect(server.connections).toBeGreaterThan(1), 5_000);
  });

  it('learns that its session has expired, once', async () => {
    await connected();
    const pending = exists('/a');
    server.timeOut = 0;
    server.sessionId = 0n;
    const closed = once(handle, 'close');
    server.cut();
    expect((await closed)[1]).toBe(-112);
    expect(await pending).toBe(-4);
    expect(handle.a_exists('/a', false, () => undefined)).toBe(-9);
  });

  it('ends when its credentials are refused', async () => {
    handle.add_auth('digest', 'user:wrong');
    await connected();
    const closed = once(handle, 'close');
    server.reply(-4, -115);
    expect((await closed)[1]).toBe(-113);
  });

  it.each([
    ['an answer to nothing', 'xid', Buffer.from('0000001000001267000000000000000900000000', 'hex')],
    ['a length of 2^31-1', 'length', Buffer.from('7fffffff', 'hex')],
    ['a length of -1', 'length', Buffer.from('ffffffff', 'hex')],
    ['a header cut short', 'header', Buffer.from('000000030000ff', 'hex')],
    ['text', 'length', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('leaves a server that sends %s', async (_, __, bytes) => {
    await connected();
    const lost = once(handle, 'connecting');
    server.send(bytes);
    await lost;
    await once(handle, 'connect');
  });

  it('fails an operation whose answer cannot be read', async () => {
    await connected();
    const done = vi.fn();
    handle.a_get_children('/a', false, done);
    server.reply((await server.request()).xid, 0, (writer) => writer.writeInt(0x7fff_ffff));
    await once(handle, 'connecting');
    expect(done).toHaveBeenCalledWith(-5, 'marshalling', null);
  });

  it('refuses paths and data that no server takes', async () => {
    await connected();
    for (const path of ['', 'a', '/a/', '//', '/a/../b', '/\0']) {
      expect(handle.a_exists(path, false, () => undefined)).toBe(-8);
    }
    expect(handle.a_set('/a', Buffer.alloc(17 * 1_048_576), 0, () => undefined)).toBe(-8);
  });

  it('says goodbye, and waits for the server to hang up', async () => {
    await connected();
    const pending = exists('/a');
    await server.request();
    const closing = handle.close();
    expect(await pending).toBe(-116);
    expect((await server.request()).type).toBe(CLOSE);
    server.cut();
    await closing;
    await handle.close();
    expect(server.connections).toBe(1);
  });
});
