import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  ApplicationError,
  decodeReply,
  encodeCall,
  encodeException,
  frame,
  FrameDecoder,
  readEnvelope,
  SaslPlainClient,
  TProtocolVersion,
} from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import { EngineFixture } from '../testing/engine-fixture.ts';
import { FakeClock } from '../testing/fake-clock.ts';

const openSession = encodeCall('OpenSession', 7, { clientProtocol: TProtocolVersion.V10 });

async function dial(fixture: EngineFixture): Promise<Socket> {
  const socket = connect(fixture.engine.port, fixture.engine.host);
  await once(socket, 'connect');
  return socket;
}

/** A socket behind its handshake, and a reader of its frames. */
async function login(fixture: EngineFixture) {
  const socket = await dial(fixture);
  const sasl = new SaslPlainClient({ user: 'alice', password: fixture.token('alice') });
  socket.write(sasl.start());
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    if (sasl.push(chunk).done) break;
  }
  const frames = new FrameDecoder({ maxFrameBytes: 1 << 30 });
  const ready: Uint8Array[] = [];
  const next = async () => {
    while (ready.length === 0) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      ready.push(...frames.push(chunk));
    }
    return ready.shift() as Uint8Array;
  };
  return { socket, next };
}

async function everything(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

it('reads a call that comes one byte at a time', async () => {
  const fixture = await EngineFixture.start();
  const { socket, next } = await login(fixture);
  for (const byte of frame(openSession)) socket.write(Uint8Array.of(byte));
  const reply = await next();
  expect(readEnvelope(reply)).toMatchObject({ method: 'OpenSession', seqId: 7 });
  socket.destroy();
});

it.each([
  ['several calls in one frame', (calls: readonly Uint8Array[]) => [frame(Buffer.concat(calls))]],
  [
    'one call in many frames',
    (calls: readonly Uint8Array[]) => Array.from(Buffer.concat(calls), (byte) => frame(Uint8Array.of(byte))),
  ],
])('takes %s: a frame is no message', async (_, framed) => {
  const fixture = await EngineFixture.start();
  const { socket, next } = await login(fixture);
  const calls = [1, 2, 3].map((seqId) =>
    encodeCall('OpenSession', seqId, { clientProtocol: TProtocolVersion.V10 }),
  );
  socket.write(Buffer.concat(framed(calls)));
  for (const seqId of [1, 2, 3]) expect(readEnvelope(await next()).seqId).toBe(seqId);
  socket.destroy();
});

it('hangs up on a call that does not arrive whole', async () => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ clock });
  const { socket, next } = await login(fixture);
  socket.write(frame(openSession));
  await next();
  const timers = clock.pending;
  socket.write(frame(openSession).subarray(0, 10));
  await expect.poll(() => clock.pending).toBe(timers + 1);
  const closed = everything(socket);
  await clock.advance(15 * 60_000);
  await closed;
});

it('holds no more of requests than it may, all connections together', async () => {
  const fixture = await EngineFixture.start({
    conf: { 'kyuubi.engine.frontend.request.memory': String(1_048_576) },
  });
  const other = await fixture.connect();
  const { socket } = await login(fixture);
  const closed = everything(socket);
  socket.write(Buffer.from([0, 0x7f, 0, 0]));
  socket.write(Buffer.alloc(2_000_000));
  await closed;
  expect(await other.open()).toBeDefined();
});

it('answers pipelined calls in order, more than it takes ahead', async () => {
  const fixture = await EngineFixture.start();
  const { socket, next } = await login(fixture);
  const calls = Array.from({ length: 500 }, (_, i) =>
    frame(encodeCall('OpenSession', i, { clientProtocol: TProtocolVersion.V10 })),
  );
  socket.write(Buffer.concat(calls));
  for (let i = 0; i < 500; i++) expect(readEnvelope(await next()).seqId).toBe(i);
  expect(fixture.executor.sessions.size).toBe(500);
  socket.destroy();
});

it('answers an unknown method with a TApplicationException and stays', async () => {
  const fixture = await EngineFixture.start();
  const { socket, next } = await login(fixture);
  const unknown = Buffer.from(openSession);
  unknown.write('OpenSensors', unknown.indexOf('OpenSession'));
  socket.write(frame(unknown));
  expect(readEnvelope(await next())).toMatchObject({ type: 3, seqId: 7 });
  socket.write(frame(openSession));
  expect(readEnvelope(await next())).toMatchObject({ type: 2, seqId: 7 });
  socket.destroy();
});

it('answers what is no call with a TApplicationException and stays', async () => {
  const fixture = await EngineFixture.start();
  const { socket, next } = await login(fixture);
  socket.write(frame(encodeException('OpenSession', 8, new ApplicationError(0, 'I am no call'))));
  expect(readEnvelope(await next())).toMatchObject({ type: 3, seqId: 8 });
  socket.write(frame(openSession));
  expect(readEnvelope(await next())).toMatchObject({ type: 2 });
  socket.destroy();
});

it.each([
  ['no Thrift at all', frame(Buffer.from('GET / HTTP/1.1'))],
  ['a frame of negative length', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ['a frame beyond the maximum', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
])('hangs up on %s, and serves the others', async (_, bytes) => {
  const fixture = await EngineFixture.start();
  const other = await fixture.connect();
  const { socket } = await login(fixture);
  socket.write(bytes);
  await everything(socket);
  expect(await other.open()).toBeDefined();
});

it.each([
  ['HTTP', Buffer.from('POST /cliservice HTTP/1.1\r\n\r\n'), 'HTTP'],
  ['NOSASL', openSession, 'NOSASL'],
  ['another mechanism', Buffer.from('\x01\x00\x00\x00\x06GSSAPI', 'latin1'), 'PLAIN is'],
  ['a payload of a gigabyte', Buffer.from('\x01\x40\x00\x00\x00', 'latin1'), 'maximum'],
])('turns %s away with a reason', async (_, bytes, reason) => {
  const fixture = await EngineFixture.start();
  const socket = await dial(fixture);
  socket.write(bytes);
  expect(await everything(socket)).toContain(reason);
});

it('turns a connection away that does not log in, silent or slow', async () => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ clock });
  const silent = await dial(fixture);
  const slow = await dial(fixture);
  slow.write(Buffer.from('\x01\x00\x00', 'latin1'));
  // A served call on a third connection shows that the engine has accepted both.
  await (await fixture.connect()).open();
  const answers = Promise.all([everything(silent), everything(slow)]);
  await clock.advance(15_000);
  for (const answer of await answers) expect(answer).toContain('no login within 15000 ms');
});

it('turns connections away beyond the maximum, and takes new ones when others leave', async () => {
  const fixture = await EngineFixture.start({ conf: { 'kyuubi.engine.frontend.max.connections': '2' } });
  const first = await fixture.connect();
  await fixture.connect();
  await expect(fixture.connect()).rejects.toThrow(/2 connections already/);
  first.hangUp();
  await expect
    .poll(() =>
      fixture.connect().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
});

it('cuts a peer that takes nothing of a large reply, and frees what it held', async () => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ clock });
  const { socket, next } = await login(fixture);
  socket.write(frame(openSession));
  const reply = await next();
  const { sessionHandle } = decodeReply('OpenSession', reply, readEnvelope(reply));
  if (sessionHandle === undefined) throw new Error('no session');
  const other = await fixture.connect();
  // More than the sockets of both ends take on loopback.
  const operation = await other.run(sessionHandle, `WIDE 16 ${1024 * 1024 - 4}`);
  const timers = clock.pending;
  socket.pause();
  const fetch = { operationHandle: operation, orientation: 0, maxRows: 1000n } as const;
  socket.write(frame(encodeCall('FetchResults', 1, fetch)));
  await expect.poll(() => clock.pending).toBe(timers + 1);
  await clock.advance(15 * 60_000 - 1);
  expect(fixture.executor.sessions.size).toBe(1);
  await clock.advance(1);
  await expect.poll(() => fixture.executor.sessions.size).toBe(0);
  socket.destroy();
});
