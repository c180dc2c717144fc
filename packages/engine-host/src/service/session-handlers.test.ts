import { ApplicationError, TProtocolVersion, TStatusCode } from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import { EngineFixture, withWrongSecret } from '../testing/engine-fixture.ts';
import { FakeClock } from '../testing/fake-clock.ts';

const ID = 'aabbccdd-0011-2233-4455-66778899aabb';
const handle = { 'kyuubi.session.handle': ID };
const keep = { 'kyuubi.session.close.on.disconnect': 'false' };

function onlySession(fixture: EngineFixture) {
  const [session] = [...fixture.executor.sessions];
  if (session === undefined) throw new Error('no session');
  return session;
}

it.each([
  [TProtocolVersion.V6, TProtocolVersion.V6],
  [TProtocolVersion.V10, TProtocolVersion.V10],
  [TProtocolVersion.V11, TProtocolVersion.V11],
  [20 as TProtocolVersion, TProtocolVersion.V11],
])('answers protocol %i with %i', async (asked, answered) => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  const response = await client.openRaw({ protocol: asked });
  expect(response.serverProtocolVersion).toBe(answered);
});

it('opens the session for the user who authenticated, not for the one in the request', async () => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect('carol');
  await client.connection.call('OpenSession', {
    clientProtocol: TProtocolVersion.V10,
    username: 'root',
    password: 'x',
  });
  expect(onlySession(fixture).spec).toMatchObject({ user: 'carol', database: 'default' });
});

it('adopts the gateway’s handle and does not check a secret it did not give to the client', async () => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  const session = await client.open({ conf: handle });
  expect(Buffer.from(session.sessionId.guid).toString('hex')).toBe(ID.replaceAll('-', ''));
  expect(onlySession(fixture).spec.id).toBe(ID);
  const relayed = { sessionId: withWrongSecret(session.sessionId) };
  const operation = await client.run(relayed, 'SELECT 1');
  expect((await client.fetch(operation)).rows).toHaveLength(1);
});

it('refuses a handle that is taken or no UUID', async () => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  await client.open({ conf: handle });
  expect((await client.openRaw({ conf: handle })).status.errorMessage).toContain(`${ID} is in use already`);
  const wrong = await client.openRaw({ conf: { 'kyuubi.session.handle': 'mine' } });
  expect(wrong.status.errorMessage).toContain('not a UUID');
  expect(wrong.configuration).toEqual(new Map());
});

it('checks the secret of a session handle of its own making', async () => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  const session = await client.open();
  const forged = { sessionId: withWrongSecret(session.sessionId) };
  expect((await client.execute(forged, 'SELECT 1')).status).toMatchObject({
    statusCode: TStatusCode.ERROR,
    sqlState: '08003',
    errorMessage: expect.stringContaining('Invalid SessionHandle ['),
  });
  await expect(client.closeSession(forged)).rejects.toMatchObject({ sqlState: '08003' });
  await client.closeSession(session);
  await expect(client.closeSession(session)).rejects.toMatchObject({ sqlState: '08003' });
});

it('strips prefixes, takes the database out, and leaves the host’s own keys out of the session', async () => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  await client.open({
    conf: {
      ...handle,
      'use:database': 'sales',
      'set:hiveconf:a': '1',
      'set:hivevar:b': '2',
      'hiveconf:c': '3',
      'system:d': '4',
      plain: '5',
      'kyuubi.session.alive.probe': 'false',
    },
  });
  const { conf, database } = onlySession(fixture).spec;
  expect(database).toBe('sales');
  expect(Object.fromEntries(conf)).toEqual({ a: '1', b: '2', c: '3', d: '4', plain: '5' });
});

it('refuses env: keys and values that do not parse', async () => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  expect((await client.openRaw({ conf: { 'set:env:PATH': '/' } })).status.errorMessage).toContain(
    'forbidden',
  );
  const wrong = await client.openRaw({ conf: { 'kyuubi.session.close.on.disconnect': 'perhaps' } });
  expect(wrong.status.errorMessage).toContain('kyuubi.session.close.on.disconnect');
  expect(fixture.executor.sessions.size).toBe(0);
});

it('reports why an executor could not open a session', async () => {
  const fixture = await EngineFixture.start({
    prepare: (executor) => {
      executor.openError = new Error('disk is full');
    },
  });
  const client = await fixture.connect();
  expect((await client.openRaw({ conf: { 'kyuubi.client.ipAddress': '10.0.0.7' } })).status).toMatchObject({
    sqlState: '08001',
    errorMessage: 'Error opening session for alice client ip 10.0.0.7, due to disk is full',
  });
});

it('gives up on an executor that does not open, and closes what it opens too late', async () => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ clock });
  const { executor } = fixture;
  const open = executor.openSession.bind(executor);
  let isAsked = false;
  executor.openSession = async (spec) => {
    isAsked = true;
    await executor.waitForRelease();
    return open(spec);
  };
  const client = await fixture.connect();
  const opening = client.openRaw();
  await expect.poll(() => isAsked).toBe(true);
  await clock.advance(60_000);
  expect((await opening).status.errorMessage).toContain('opening it took more than 60000 ms');
  executor.release();
  await expect.poll(() => executor.sessions.size).toBe(0);
});

it('closes a session whose first statements fail', async () => {
  const conf = { 'kyuubi.engine.session.initialize.sql': 'USE a,FAIL' };
  const fixture = await EngineFixture.start({ conf });
  const client = await fixture.connect();
  expect((await client.openRaw()).status).toMatchObject({
    sqlState: '42S02',
    errorMessage: 'no such table: t',
  });
  await expect.poll(() => fixture.executor.sessions.size).toBe(0);
});

it('answers CloseSession although the executor does not let go', async () => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ clock });
  const client = await fixture.connect();
  const session = await client.open();
  let isAsked = false;
  onlySession(fixture).close = () => {
    isAsked = true;
    return new Promise(() => {});
  };
  const closing = client.closeSession(session);
  await expect.poll(() => isAsked).toBe(true);
  await clock.advance(10_000);
  await closing;
});

it('reaps a session with a result that nobody fetches', async () => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ clock, conf: { 'kyuubi.session.idle.timeout': 'PT1H' } });
  const client = await fixture.connect();
  const session = await client.open({ conf: keep });
  await client.run(session, 'SELECT 100000');
  await clock.advance(65 * 60_000);
  expect(fixture.executor.sessions.size).toBe(0);
  expect(fixture.executor.openCursors.size).toBe(0);
});

it('runs the configured statements in every new session', async () => {
  const fixture = await EngineFixture.start({
    conf: { 'kyuubi.engine.session.initialize.sql': 'USE a, SELECT 3' },
  });
  const client = await fixture.connect();
  await client.open();
  expect(fixture.executor.statements).toEqual(['USE a', 'SELECT 3']);
  expect(fixture.executor.openCursors.size).toBe(0);
});

it('serves a session from any connection, whoever opened it', async () => {
  const fixture = await EngineFixture.start();
  const opener = await fixture.connect('alice');
  const session = await opener.open();
  const other = await fixture.connect('bob');
  const operation = await other.run(session, 'SELECT 1');
  expect((await opener.fetch(operation)).rows).toHaveLength(1);
});

it('closes a session with the connection that opened it', async () => {
  const fixture = await EngineFixture.start();
  const opener = await fixture.connect();
  const session = await opener.open();
  const other = await fixture.connect();
  await other.run(session, 'SELECT 100000');
  opener.hangUp();
  await expect.poll(() => fixture.executor.sessions.size).toBe(0);
  expect(fixture.executor.openCursors.size).toBe(0);
  expect((await other.execute(session, 'SELECT 1')).status.sqlState).toBe('08003');
});

it('keeps a session, its statements and their results when it is told to', async () => {
  const fixture = await EngineFixture.start();
  const opener = await fixture.connect();
  const session = await opener.open({ conf: keep });
  const running = await opener.run(session, 'WAIT', { runAsync: true });
  const done = await opener.run(session, 'SELECT 10');
  expect((await opener.fetch(done, 4)).rows).toHaveLength(4);
  opener.hangUp();
  await opener.connection.closed;
  const other = await fixture.connect();
  fixture.executor.release();
  expect(await other.fetch(done, 10)).toMatchObject({ startRow: 4 });
  expect((await other.fetch(running)).rows).toHaveLength(1);
});

it('closes a session whose connection went away while it was being opened', async () => {
  const fixture = await EngineFixture.start();
  const { executor } = fixture;
  const open = executor.openSession.bind(executor);
  executor.openSession = async (spec) => {
    const session = await open(spec);
    await executor.waitForRelease();
    return session;
  };
  const client = await fixture.connect();
  const opening = client.openRaw();
  await expect.poll(() => executor.sessions.size).toBe(1);
  client.hangUp();
  await expect(opening).rejects.toThrow();
  // The server sees the hang-up in its own time: a call on a new connection is read after it.
  const witness = await fixture.connect();
  await expect(
    witness.closeSession({ sessionId: { guid: new Uint8Array(16), secret: new Uint8Array(16) } }),
  ).rejects.toThrow();
  executor.release();
  await expect.poll(() => executor.sessions.size).toBe(0);
});

it('closes sessions that nobody uses, but none in which something runs', async () => {
  const clock = new FakeClock();
  const conf = { 'kyuubi.session.idle.timeout': 'PT10M', 'kyuubi.session.check.interval': 'PT1M' };
  const fixture = await EngineFixture.start({ conf, clock });
  const client = await fixture.connect();
  const idle = await client.open({ conf: keep });
  const busy = await client.open({ conf: keep });
  const patient = await client.open({ conf: { ...keep, 'kyuubi.session.idle.timeout': '0' } });
  const running = client.run(busy, 'WAIT', { runAsync: true });
  await expect.poll(() => fixture.executor.statements).toEqual(['WAIT']);
  await clock.advance(9 * 60_000);
  await client.execute(idle, 'USE x');
  await running;
  await clock.advance(9 * 60_000);
  expect(fixture.executor.sessions.size).toBe(3);
  await clock.advance(2 * 60_000);
  expect(fixture.executor.sessions.size).toBe(2);
  expect((await client.execute(idle, 'USE x')).status.sqlState).toBe('08003');
  fixture.executor.release();
  await client.execute(busy, 'USE x');
  await client.execute(patient, 'USE x');
});

it('closes finished operations that nobody has touched for long', async () => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({
    clock,
    conf: { 'kyuubi.operation.idle.timeout': 'PT1H' },
  });
  const client = await fixture.connect();
  const session = await client.open();
  const forgotten = await client.run(session, 'SELECT 1');
  await client.fetch(forgotten);
  const unread = await client.run(session, 'SELECT 100000');
  await clock.advance(59 * 60_000);
  const recent = await client.run(session, 'SELECT 1');
  await client.fetch(recent);
  await clock.advance(6 * 60_000);
  expect((await client.status(forgotten)).status.sqlState).toBe('24000');
  expect((await client.status(recent)).status.statusCode).toBe(TStatusCode.SUCCESS);
  // Rows that nobody fetches do not keep it.
  expect((await client.status(unread)).status.sqlState).toBe('24000');
  expect(fixture.executor.openCursors.size).toBe(0);
});

it.each([
  [13, { stringValue: 'Fake' }],
  [17, { stringValue: 'FakeDB' }],
  [18, { stringValue: '1.2.3' }],
  [30, { lenValue: 128n }],
  [32, { lenValue: 128n }],
  [35, { lenValue: 128n }],
  [10006, { stringValue: 'FOO,BAR' }],
])('answers GetInfo %i', async (infoType, infoValue) => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  const sessionHandle = await client.open();
  const response = await client.connection.call('GetInfo', { sessionHandle, infoType: infoType as 13 });
  expect(response).toEqual({ status: { statusCode: TStatusCode.SUCCESS }, infoValue });
});

it('says that it does not know an info type', async () => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  const sessionHandle = await client.open();
  const response = await client.connection.call('GetInfo', { sessionHandle, infoType: 0 });
  expect(response.status.errorMessage).toContain('Unrecognized GetInfoType value: 0');
});

it('answers the calls it has no use for', async () => {
  const fixture = await EngineFixture.start();
  const { connection, ...client } = await fixture.connect();
  expect(client).toBeDefined();
  const { sessionHandle } = await connection.call('OpenSession', { clientProtocol: TProtocolVersion.V10 });
  if (sessionHandle === undefined) throw new Error('no session');
  const success = { statusCode: TStatusCode.SUCCESS };
  expect(await connection.call('SetClientInfo', { sessionHandle })).toEqual({ status: success });
  const renewed = await connection.call('RenewDelegationToken', { sessionHandle, delegationToken: 'x' });
  expect(renewed).toEqual({ status: success });
  const unsupported = [
    await connection.call('GetDelegationToken', { sessionHandle, owner: 'a', renewer: 'b' }),
    await connection.call('CancelDelegationToken', { sessionHandle, delegationToken: 'x' }),
    await connection.call('UploadData', { sessionHandle, values: new Uint8Array(1) }),
    await connection.call('DownloadData', { sessionHandle }),
  ];
  for (const response of unsupported) expect(response.status.sqlState).toBe('0A000');
  const operationId = { guid: new Uint8Array(16), secret: new Uint8Array(16) };
  const operationHandle = { operationId, operationType: 0, hasResultSet: false } as const;
  await expect(connection.call('GetQueryId', { operationHandle })).rejects.toBeInstanceOf(ApplicationError);
  expect(await connection.call('SetClientInfo', { sessionHandle })).toEqual({ status: success });
});
