import {
  encodeCall,
  frame,
  MessageScanner,
  NegotiationStatus,
  readEnvelope,
  decodeReply,
  TGetInfoType,
  TProtocolVersion,
  type TSessionHandle,
  TStatusCode,
} from '@senbon/hive-thrift';
import { afterEach, describe, expect, it } from 'vitest';
import { streamed } from '../testing/fake-engine.ts';
import type { RawSocket } from '../testing/raw-socket.ts';
import { openRequest, TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
afterEach(() => gateway.stop());

async function start(conf: Record<string, string> = {}): Promise<void> {
  gateway = await TestGateway.start(conf);
}

const NOSASL = { 'kyuubi.authentication': 'NOSASL' };
const LOGIN_MS = 20_000;
const LINGER_MS = 5_000;

function sasl(status: number, payload: string): Buffer {
  const head = Buffer.alloc(5);
  head[0] = status;
  head.writeInt32BE(Buffer.byteLength(payload), 1);
  return Buffer.concat([head, Buffer.from(payload)]);
}

function login(user = 'alice', status: number = NegotiationStatus.COMPLETE): Buffer {
  return Buffer.concat([sasl(NegotiationStatus.START, 'PLAIN'), sasl(status, `\0${user}\0x`)]);
}

const openSession = (configuration: Record<string, string> = {}) =>
  encodeCall('OpenSession', 1, openRequest(configuration));

async function loggedIn(user = 'alice'): Promise<RawSocket> {
  const raw = await gateway.raw();
  raw.send(login(user));
  expect(await raw.takeSasl()).toEqual({ status: NegotiationStatus.COMPLETE, text: '' });
  return raw;
}

function handleIn(reply: Uint8Array): TSessionHandle {
  const response = decodeReply('OpenSession', reply, readEnvelope(reply));
  expect(response.status.statusCode).toBe(TStatusCode.SUCCESS);
  return response.sessionHandle as TSessionHandle;
}

describe('the SASL handshake', () => {
  it.each([
    ['JDBC, COMPLETE', NegotiationStatus.COMPLETE],
    ['Python, OK', NegotiationStatus.OK],
  ])('of %s lets the client in', async (_, status) => {
    await start();
    const raw = await gateway.raw();
    raw.send(sasl(NegotiationStatus.START, 'PLAIN'));
    raw.send(sasl(status, '\0alice\0x'));
    expect(await raw.takeSasl()).toEqual({ status: NegotiationStatus.COMPLETE, text: '' });
    raw.send(frame(openSession()));
    handleIn(await raw.takeFrame());
    expect(gateway.logger.has('Opening session for alice@127.0.0.1')).toBe(true);
  });

  it('may come one byte at a time, with the first call right behind it', async () => {
    await start();
    const raw = await gateway.raw();
    raw.socket.setNoDelay(true);
    for (const byte of Buffer.concat([login(), frame(openSession())])) {
      await new Promise<void>((resolve) => raw.socket.write(Buffer.of(byte), () => setImmediate(resolve)));
    }
    await raw.takeSasl();
    handleIn(await raw.takeFrame());
  });

  it('and first calls may come in one packet', async () => {
    await start();
    const raw = await gateway.raw();
    raw.send(login(), frame(openSession()), frame(openSession()));
    await raw.takeSasl();
    handleIn(await raw.takeFrame());
    handleIn(await raw.takeFrame());
  });

  it.each([
    ['an empty user', '\0\0x', 'No user name provided'],
    ['an empty password', '\0alice\0', 'No password name provided'],
    ['no separators', 'alice', 'parts came'],
  ])('with %s is refused, and says why', async (_, payload, problem) => {
    await start();
    const raw = await gateway.raw();
    raw.send(sasl(NegotiationStatus.START, 'PLAIN'), sasl(NegotiationStatus.COMPLETE, payload));
    expect(await raw.takeSasl()).toEqual({
      status: NegotiationStatus.BAD,
      text: expect.stringContaining(problem),
    });
    await raw.ended();
  });

  it('by another mechanism is refused', async () => {
    await start();
    const raw = await gateway.raw();
    raw.send(sasl(NegotiationStatus.START, 'GSSAPI'));
    expect(await raw.takeSasl()).toMatchObject({
      status: NegotiationStatus.BAD,
      text: expect.stringContaining('PLAIN'),
    });
    await raw.ended();
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['TLS', Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc])],
    ['NOSASL Thrift', Buffer.from(openSession())],
    ['zeros', Buffer.alloc(100)],
    ['a huge length', Buffer.from([1, 0x7f, 0xff, 0xff, 0xff])],
    ['a negative length', Buffer.from([1, 0xff, 0xff, 0xff, 0xff])],
  ])('that is %s ends the connection', async (_, bytes) => {
    await start();
    const raw = await gateway.raw();
    raw.send(bytes);
    await raw.ended();
    expect(gateway.clock.delays).not.toContain(LOGIN_MS);
  });

  it('that is refused does not keep the socket, though the client keeps its half open', async () => {
    await start();
    const lingering = () => gateway.clock.delays.filter((delay) => delay === LINGER_MS).length;
    // The gateway's own, of some interval or other.
    const others = lingering();
    const raw = await gateway.raw();
    raw.send(Buffer.alloc(100));
    await raw.ended();
    await expect.poll(lingering).toBe(others + 1);
    gateway.clock.advance(LINGER_MS);
    // Only a write to a socket that is gone shows that it is.
    await expect
      .poll(() => {
        raw.send('x');
        return raw.socket.destroyed;
      })
      .toBe(true);
    await expect.poll(lingering).toBe(others);
  });

  it.each([
    ['says nothing', Buffer.alloc(0)],
    ['stops in the middle', login().subarray(0, 12)],
  ])('of a client that %s is given up after a while', async (_, bytes) => {
    await start();
    const raw = await gateway.raw();
    raw.send(bytes);
    await gateway.clock.untilTimer(LOGIN_MS);
    gateway.clock.advance(LOGIN_MS);
    await raw.ended();
    expect(gateway.logger.has(`no login within ${LOGIN_MS} ms`)).toBe(true);
  });

  it('of a client that hangs up in the middle leaves nothing', async () => {
    await start();
    const raw = await gateway.raw();
    raw.send(login().subarray(0, 12));
    await gateway.clock.untilTimer(LOGIN_MS);
    raw.socket.end();
    await raw.ended();
    await expect.poll(() => gateway.clock.delays).not.toContain(LOGIN_MS);
  });

  it('once over is not timed any more', async () => {
    await start();
    await loggedIn();
    expect(gateway.clock.delays).not.toContain(LOGIN_MS);
  });
});

describe('NOSASL', () => {
  it('takes bare messages, and the user from OpenSession', async () => {
    await start(NOSASL);
    const raw = await gateway.raw();
    raw.send(encodeCall('OpenSession', 1, { clientProtocol: TProtocolVersion.V8, username: 'carol' }));
    const scanner = new MessageScanner({ maxMessageBytes: 100_000 });
    const messages: Uint8Array[] = [];
    await raw.until(() => {
      messages.push(...scanner.push(raw.received));
      return messages.length > 0;
    });
    const reply = messages[0] as Uint8Array;
    expect(decodeReply('OpenSession', reply, readEnvelope(reply)).serverProtocolVersion).toBe(
      TProtocolVersion.V8,
    );
    expect(gateway.logger.has("carol's session")).toBe(true);
  });

  it('gives up a client that never sends a call', async () => {
    await start(NOSASL);
    const raw = await gateway.raw();
    await gateway.clock.untilTimer(LOGIN_MS);
    gateway.clock.advance(LOGIN_MS);
    await raw.ended();
  });

  it('ends a connection that speaks something else', async () => {
    await start(NOSASL);
    const raw = await gateway.raw();
    raw.send('SSH-2.0-OpenSSH\r\n');
    await raw.ended();
    expect(gateway.logger.has('strict binary')).toBe(true);
  });

  it('tells a browser in HTTP that this is another port', async () => {
    await start(NOSASL);
    const raw = await gateway.raw();
    raw.send('GET / HTTP/1.1\r\n\r\n');
    await raw.ended();
    expect(raw.received.toString()).toMatch(/^HTTP\/1\.1 400[\s\S]*this is the Thrift binary port/);
    expect(gateway.logger.has('Turned 127.0.0.1 away: this is the Thrift binary port')).toBe(true);
  });

  it('ends a connection that announces too much', async () => {
    await start({ ...NOSASL, 'kyuubi.frontend.thrift.max.message.size': '4096' });
    const raw = await gateway.raw();
    raw.send(encodeCall('OpenSession', 1, openRequest({ a: 'x'.repeat(5_000) })).subarray(0, 200));
    await raw.ended();
    expect(gateway.logger.has('the maximum is 4096')).toBe(true);
  });
});

describe('frames', () => {
  it('may be cut at every byte', async () => {
    await start();
    const raw = await loggedIn();
    raw.socket.setNoDelay(true);
    const sessionId = { guid: new Uint8Array(16), secret: new Uint8Array(16) };
    const message = frame(encodeCall('CloseSession', 5, { sessionHandle: { sessionId } }));
    for (let at = 1; at < message.length; at++) {
      await new Promise<void>((resolve) =>
        raw.socket.write(message.subarray(0, at), () => setImmediate(resolve)),
      );
      raw.send(message.subarray(at));
      expect(readEnvelope(await raw.takeFrame()).seqId).toBe(5);
    }
  });

  it('need not be messages: one may take several, several one', async () => {
    await start();
    const raw = await loggedIn();
    const message = openSession();
    raw.send(frame(Buffer.concat([message, message])));
    handleIn(await raw.takeFrame());
    handleIn(await raw.takeFrame());
    raw.send(frame(message.subarray(0, 20)), frame(message.subarray(20)));
    handleIn(await raw.takeFrame());
  });

  it.each([0x7fffffff, -1])(
    'of announced length %d end the connection before memory is taken',
    async (length) => {
      await start();
      const raw = await loggedIn();
      const head = Buffer.alloc(4);
      head.writeInt32BE(length);
      raw.send(head);
      await raw.ended();
      expect(gateway.logger.has('the maximum is 104857600')).toBe(true);
    },
  );

  it('of an envelope that cannot be read end the connection', async () => {
    await start();
    const raw = await loggedIn();
    raw.send(frame(Buffer.from('not a message at all')));
    await raw.ended();
  });
});

describe('calls', () => {
  it('that are pipelined are answered in order', async () => {
    await start();
    const raw = await loggedIn();
    raw.send(frame(openSession()));
    const sessionHandle = handleIn(await raw.takeFrame());
    const calls = Array.from({ length: 500 }, (_, index) =>
      frame(encodeCall('GetInfo', index, { sessionHandle, infoType: TGetInfoType.DBMS_NAME })),
    );
    raw.send(...calls);
    for (let index = 0; index < calls.length; index++) {
      expect(readEnvelope(await raw.takeFrame()).seqId).toBe(index);
    }
  });

  it('beyond a bound are not read from the socket', async () => {
    await start();
    const raw = await loggedIn();
    raw.send(frame(openSession()));
    const sessionHandle = handleIn(await raw.takeFrame());
    const engine = await gateway.readyEngine();
    engine.write = () => {};
    const call = frame(encodeCall('ExecuteStatement', 1, { sessionHandle, statement: 'x'.repeat(60_000) }));
    let written = 0;
    // The client writes as long as it is let; the kernel's buffers and the gateway's queue are all it can fill.
    const isStuck = async () => {
      const before = written;
      for (let turn = 0; turn < 200 && written === before; turn++) await new Promise(setImmediate);
      return written === before;
    };
    const pump = () => {
      while (written < 2_000 && !raw.socket.destroyed) {
        written++;
        if (!raw.socket.write(call)) return void raw.socket.once('drain', pump);
      }
    };
    pump();
    await expect.poll(isStuck, { timeout: 20_000 }).toBe(true);
    expect(written).toBeLessThan(1_000);
    expect(engine.callsOf('ExecuteStatement')).toHaveLength(1);
  });
});

describe('a client that goes away', () => {
  it.each(['hangs up', 'is cut off'])(
    'and %s has its sessions closed, here and on the engine',
    async (how) => {
      await start();
      const raw = await loggedIn();
      raw.send(frame(openSession()), frame(openSession()));
      const sessionHandle = handleIn(await raw.takeFrame());
      handleIn(await raw.takeFrame());
      const engine = await gateway.readyEngine();
      await engine.until(({ sessions }) => sessions.size === 2);
      if (how === 'hangs up') raw.socket.end();
      else raw.socket.resetAndDestroy();
      await engine.until(({ sessions }) => sessions.size === 0);
      expect(gateway.gateway.openSessions).toBe(0);
      expect(gateway.logger.has('disconnected without closing properly, close it now')).toBe(true);
      const other = await gateway.connect();
      const { status } = await other.call('GetInfo', { sessionHandle, infoType: TGetInfoType.DBMS_NAME });
      expect(status.sqlState).toBe('08003');
    },
  );

  it('keeps the sessions that asked for it', async () => {
    await start();
    const raw = await loggedIn();
    raw.send(frame(openSession({ 'kyuubi.session.close.on.disconnect': 'false' })), frame(openSession()));
    const kept = handleIn(await raw.takeFrame());
    handleIn(await raw.takeFrame());
    raw.destroy();
    await expect.poll(() => gateway.gateway.openSessions).toBe(1);
    const other = await gateway.connect();
    const { status } = await other.call('GetInfo', { sessionHandle: kept, infoType: TGetInfoType.DBMS_NAME });
    expect(status.statusCode).toBe(TStatusCode.SUCCESS);
  });

  it('while its session is being opened leaves no session, and no engine that only it wanted', async () => {
    await start({ 'kyuubi.session.engine.launch.async': 'false' });
    gateway.plugin.onLaunch = async () => {};
    const raw = await loggedIn();
    raw.send(frame(openSession({ 'kyuubi.engine.share.level': 'CONNECTION' })));
    const launch = await gateway.plugin.launched();
    await gateway.clock.untilTimer(180_000);
    raw.destroy();
    await expect.poll(() => gateway.gateway.openSessions).toBe(0);
    await expect.poll(() => launch.kills).toBe(1);
  });

  it('without reading the answer is cut off after a while', async () => {
    await start({ 'kyuubi.frontend.stall.timeout': '100' });
    const raw = await loggedIn();
    raw.send(frame(openSession()));
    const sessionHandle = handleIn(await raw.takeFrame());
    const engine = await gateway.readyEngine();
    let sent = 0;
    const total = 200 * 1_048_576;
    engine.write = streamed(total, (bytes) => {
      sent = bytes;
    });
    raw.socket.pause();
    raw.send(frame(encodeCall('GetInfo', 1, { sessionHandle, infoType: TGetInfoType.DBMS_NAME })));
    const passes = () => {
      gateway.clock.advance(100);
      return gateway.gateway.openSessions;
    };
    await expect.poll(passes, { timeout: 10_000 }).toBe(0);
    expect(gateway.clock.delays).not.toContain(LOGIN_MS);
    expect(sent).toBeGreaterThan(0);
    raw.socket.resume();
    await raw.ended();
    expect(raw.received.length).toBeLessThan(total);
  });

  it('after the last answer was sent, and does not hang up in turn, is cut off', async () => {
    await start();
    const raw = await loggedIn();
    void gateway.gateway.drain('asked to');
    await raw.ended();
    await gateway.clock.untilTimer(LINGER_MS);
    gateway.clock.advance(LINGER_MS);
    await gateway.gateway.stopped;
  });
});

it('turns away connections beyond the bound, and says so once in the log', async () => {
  await start({ 'kyuubi.frontend.max.connections': '2' });
  await loggedIn();
  await loggedIn('bob');
  const third = await gateway.raw();
  await third.ended();
  expect(gateway.logger.has('Refused a connection: 2 are open (kyuubi.frontend.max.connections)')).toBe(true);
});
