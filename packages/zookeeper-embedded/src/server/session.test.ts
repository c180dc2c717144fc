import { describe, expect, it } from 'vitest';
import { startTestServer } from '../testing/start.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { OpCode } from '../wire/op-code.ts';
import { PathsResponse, PathWatchRequest, SetWatches, SetWatches2 } from '../wire/records.ts';
import type { JuteWriter } from '../wire/jute-writer.ts';

const watching = (path: string) => (writer: JuteWriter) =>
  PathWatchRequest.write(writer, { path, watch: true });

describe('connecting', () => {
  it.each([
    [1, 6000],
    [6000, 6000],
    [30_000, 30_000],
    [90_000, 60_000],
    [-5, 6000],
  ])('turns a wished time-out of %i ms into %i', async (timeoutMs, expected) => {
    const { connect } = await startTestServer();
    const { session } = await connect({ timeoutMs });
    expect(session).toMatchObject({ timeoutMs: expected, hasReadOnly: true });
    expect(session.sessionId).not.toBe(0n);
    expect(session.password).toHaveLength(16);
  });

  it('answers an old client without the byte it does not know', async () => {
    const { connect } = await startTestServer();
    const client = await connect({ withReadOnly: false });
    expect(client.session.hasReadOnly).toBe(false);
    expect((await client.create('/a')).err).toBe(ErrorCode.ok);
  });

  it('turns a client away that has seen more than this server has done', async () => {
    const { open, logged } = await startTestServer();
    const client = await open();
    await expect(client.greet({ lastZxid: Number.MAX_SAFE_INTEGER })).rejects.toThrow('closed');
    expect(logged).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('later zxid') as string }),
    );
  });

  it('tells a client of an earlier server that its session is gone, so that it starts anew', async () => {
    const first = await startTestServer();
    const client = await first.connect();
    const { zxid } = await client.create('/a');
    await first.server.close();
    const second = await startTestServer({ clock: first.clock });
    first.clock.advance(1);
    const third = await startTestServer({ clock: first.clock });
    expect(second.server.port).not.toBe(third.server.port);
    const back = await third.connect({ ...client.session, lastZxid: zxid });
    expect(back.session).toMatchObject({ timeoutMs: 0, sessionId: 0n, password: Buffer.alloc(16) });
    await back.closed;
  });

  it('counts the begin and the end of a session as changes', async () => {
    const { connect } = await startTestServer();
    const one = await connect();
    const { zxid } = await one.ping();
    const two = await connect();
    expect((await one.ping()).zxid).toBe(zxid + 1);
    expect((await two.request(OpCode.closeSession)).zxid).toBe(zxid + 2);
    await two.closed;
  });
});

describe('expiry', () => {
  it('deletes the ephemerals, tells the watchers and closes the connection', async () => {
    const { connect, clock } = await startTestServer();
    const gone = await connect({ timeoutMs: 6000 });
    const stays = await connect({ timeoutMs: 20_000 });
    await gone.create('/e', 1);
    await stays.request(OpCode.exists, watching('/e'));
    clock.advance(9000);
    await gone.closed;
    expect((await stays.request(OpCode.exists, watching('/e'))).err).toBe(ErrorCode.noNode);
    expect(stays.events).toMatchObject([{ type: 2, path: '/e' }]);
  });

  it('is put off by pings', async () => {
    const { connect, clock } = await startTestServer();
    const client = await connect({ timeoutMs: 6000 });
    for (let i = 0; i < 5; i += 1) {
      clock.advance(4000);
      expect((await client.ping()).xid).toBe(-2);
    }
    await client.create('/a');
  });

  it('comes also for a client that has left without a word', async () => {
    const { connect, clock } = await startTestServer();
    const gone = await connect({ timeoutMs: 6000 });
    await gone.create('/e', 1);
    gone.destroy();
    const watcher = await connect({ timeoutMs: 20_000 });
    expect((await watcher.request(OpCode.exists, watching('/e'))).err).toBe(ErrorCode.ok);
    clock.advance(9000);
    await watcher.ping();
    expect(watcher.events).toMatchObject([{ type: 2, path: '/e' }]);
  });

  it('makes the session unknown', async () => {
    const { connect, clock } = await startTestServer();
    const client = await connect({ timeoutMs: 6000 });
    client.destroy();
    clock.advance(9000);
    const back = await connect(client.session);
    expect(back.session.sessionId).toBe(0n);
  });
});

describe('coming back', () => {
  it('keeps session and ephemerals', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    await client.create('/e', 1);
    client.destroy();
    const back = await connect(client.session);
    expect(back.session).toMatchObject({
      sessionId: client.session.sessionId,
      password: client.session.password,
    });
    const children = await back.request(OpCode.getChildren, watching('/'));
    expect(PathsResponse.read(children.body).paths).toEqual(['zookeeper', 'e']);
  });

  it('needs the password, and a wrong one does not disturb the owner', async () => {
    const { connect } = await startTestServer();
    const owner = await connect();
    const thief = await connect({ sessionId: owner.session.sessionId, password: Buffer.alloc(16) });
    expect(thief.session).toMatchObject({ sessionId: 0n, timeoutMs: 0 });
    await thief.closed;
    expect((await owner.create('/a')).err).toBe(ErrorCode.ok);
  });

  it('closes the connection that had the session before', async () => {
    const { connect } = await startTestServer();
    const before = await connect();
    await before.request(OpCode.exists, watching('/a'));
    const after = await connect(before.session);
    await before.closed;
    await after.create('/a');
    await after.ping();
    expect(after.events).toEqual([]);
    expect(before.events).toEqual([]);
  });

  it('re-arms watches and tells what was missed, before the reply', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    const other = await connect();
    await client.create('/a');
    await client.create('/b');
    const { zxid: lastSeen } = await client.ping();
    client.destroy();
    await other.create('/a/child');
    const back = await connect({ ...client.session, lastZxid: lastSeen });
    const reply = await back.request(OpCode.setWatches, (writer) => {
      const relativeZxid = lastSeen;
      SetWatches.write(writer, {
        relativeZxid,
        dataWatches: ['/a'],
        existWatches: ['/c'],
        childWatches: ['/a', '/b'],
      });
    });
    expect(reply).toMatchObject({ err: ErrorCode.ok });
    expect(back.arrivals).toMatchObject([{ type: 4, path: '/a', zxid: -1 }, { xid: 1 }]);
    await other.create('/c');
    await other.create('/b/child');
    await back.ping();
    expect(back.events.slice(1)).toMatchObject([
      { type: 1, path: '/c' },
      { type: 4, path: '/b' },
    ]);
  });

  it('takes watches for good back as well', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    await client.request(OpCode.setWatches2, (writer) => {
      const none = { dataWatches: [], existWatches: [], childWatches: [] };
      SetWatches2.write(writer, {
        ...none,
        relativeZxid: 0,
        persistentWatches: ['/p'],
        persistentRecursiveWatches: ['/'],
      });
    });
    await client.create('/p');
    await client.create('/p/q');
    expect(client.events.map(({ type, path }) => `${type} ${path}`)).toEqual(['1 /p', '1 /p/q', '4 /p']);
  });
});

describe('order', () => {
  it('puts an event before the reply in which its change shows', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    const other = await connect();
    await client.request(OpCode.getChildren, watching('/'));
    await other.create('/a');
    const reply = await client.request(OpCode.getChildren, watching('/'));
    expect(PathsResponse.read(reply.body).paths).toContain('a');
    expect(client.arrivals.slice(1)).toMatchObject([
      { type: 4, path: '/', zxid: reply.zxid },
      { xid: reply.xid },
    ]);
  });

  it('puts own events before the own reply too', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    await client.request(OpCode.exists, watching('/a'));
    await client.create('/a');
    expect(client.arrivals.map((arrival) => ('path' in arrival ? arrival.path : arrival.xid))).toEqual([
      1,
      '/a',
      2,
    ]);
  });

  it('answers pipelined requests in their order', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    const count = 2000;
    for (let xid = 10; xid < count; xid += 1) client.send(OpCode.exists, xid, watching(`/${xid}`));
    await client.request(OpCode.ping, undefined, -2);
    expect(client.arrivals.map((arrival) => ('xid' in arrival ? arrival.xid : 0))).toEqual([
      ...Array.from({ length: count - 10 }, (_, i) => i + 10),
      -2,
    ]);
  });
});

describe('permissions of watchers', () => {
  it('tell of a node to those only who may read it', async () => {
    const { connect } = await startTestServer();
    const owner = await connect();
    const other = await connect();
    await owner.auth('digest', 'ann:secret');
    await other.request(OpCode.exists, watching('/secret'));
    await owner.request(OpCode.exists, watching('/secret'));
    await owner.request(OpCode.create, (writer) => {
      writer.writeString('/secret');
      writer.writeBuffer(null);
      writer.writeVector([0], () => {
        writer.writeInt(31);
        writer.writeString('auth');
        writer.writeString('');
      });
      writer.writeInt(0);
    });
    await other.ping();
    expect(other.events).toEqual([]);
    expect(owner.events).toMatchObject([{ type: 1, path: '/secret' }]);
  });
});
