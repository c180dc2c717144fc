import { ConnectionState } from '@senbon/core';
import { expect, it } from 'vitest';
import { EngineFixture } from '../testing/engine-fixture.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';

const MINUTE_MS = 60_000;
const keep = { 'kyuubi.session.close.on.disconnect': 'false' };

async function start(conf: Record<string, string> = {}) {
  const clock = new FakeClock();
  return { clock, fixture: await EngineFixture.start({ conf, clock }) };
}

async function expectStopped(fixture: EngineFixture): Promise<void> {
  await fixture.engine.stopped;
  expect(fixture.engine.state).toBe('stopped');
  expect(fixture.discovery.nodes.size).toBe(0);
  expect(fixture.discovery.closedClients).toBe(1);
  expect(fixture.executor).toMatchObject({ isClosed: true });
  expect(fixture.executor.sessions.size).toBe(0);
  await expect(fixture.connect()).rejects.toThrow();
}

it('ends when it has had no session for the idle time-out', async () => {
  const { clock, fixture } = await start({ 'kyuubi.session.engine.idle.timeout': 'PT10M' });
  await clock.advance(9 * MINUTE_MS);
  const client = await fixture.connect();
  const session = await client.open();
  await clock.advance(60 * MINUTE_MS);
  await client.closeSession(session);
  await clock.advance(9 * MINUTE_MS);
  expect(fixture.engine.state).toBe('serving');
  await clock.advance(1 * MINUTE_MS);
  await expectStopped(fixture);
});

it('never ends for being idle when the time-out is 0', async () => {
  const { clock, fixture } = await start({ 'kyuubi.session.engine.idle.timeout': '0' });
  await clock.advance(24 * 60 * MINUTE_MS);
  expect(fixture.engine.state).toBe('serving');
});

it('drains when its node is deleted: no new session, the old ones to their end', async () => {
  const { fixture } = await start();
  const client = await fixture.connect();
  const session = await client.open();
  fixture.discovery.deleteAll();
  await settle();
  expect(fixture.engine.state).toBe('draining');
  expect((await client.openRaw()).status).toMatchObject({
    sqlState: '08004',
    errorMessage: expect.stringMatching(/its node was deleted.*open the session again/),
  });
  const operation = await client.run(session, 'SELECT 3');
  expect((await client.fetch(operation)).rows).toHaveLength(3);
  await client.closeSession(session);
  await expectStopped(fixture);
});

it('ends a drain at its deadline, with sessions open and a statement running', async () => {
  const { clock, fixture } = await start({ 'kyuubi.engine.drain.timeout': 'PT1H' });
  const client = await fixture.connect();
  const session = await client.open();
  const running = client.execute(session, 'HANG').then(
    (response) => response.status.sqlState,
    () => 'cut',
  );
  await expect.poll(() => fixture.executor.statements).toEqual(['HANG']);
  fixture.discovery.deleteAll();
  await settle();
  await clock.advance(59 * MINUTE_MS);
  expect(fixture.engine.state).toBe('draining');
  await clock.advance(1 * MINUTE_MS);
  await expectStopped(fixture);
  expect(await running).toBe('57014');
});

it('stops at once when its node is deleted and nobody is there', async () => {
  const { fixture } = await start();
  fixture.discovery.deleteAll();
  await expectStopped(fixture);
});

it('answers CloseSession before it ends with its one session', async () => {
  const { fixture } = await start({ 'kyuubi.engine.share.level': 'CONNECTION' });
  const client = await fixture.connect();
  const session = await client.open();
  await client.closeSession(session);
  await expectStopped(fixture);
});

it('ends with its one session when the connection drops', async () => {
  const { fixture } = await start({ 'kyuubi.engine.share.level': 'CONNECTION' });
  const client = await fixture.connect();
  await client.open();
  client.hangUp();
  await expectStopped(fixture);
});

it.each([ConnectionState.suspended, ConnectionState.lost])(
  'ends when discovery stays %s and nobody is there',
  async (state) => {
    const { clock, fixture } = await start();
    fixture.discovery.setState(state);
    await clock.advance(MINUTE_MS - 1);
    expect(fixture.engine.state).toBe('serving');
    await clock.advance(1);
    await expectStopped(fixture);
  },
);

it('goes on when discovery comes back in time', async () => {
  const { clock, fixture } = await start();
  fixture.discovery.setState(ConnectionState.lost);
  await clock.advance(MINUTE_MS - 1);
  fixture.discovery.setState(ConnectionState.connected);
  await clock.advance(10 * MINUTE_MS);
  expect(fixture.engine.state).toBe('serving');
});

it('serves on without discovery while it has a session, and ends with the last', async () => {
  const { clock, fixture } = await start();
  const client = await fixture.connect();
  const session = await client.open();
  fixture.discovery.setState(ConnectionState.lost);
  await clock.advance(60 * MINUTE_MS);
  expect((await client.execute(session, 'USE x')).status.statusCode).toBe(0);
  await client.closeSession(session);
  await expectStopped(fixture);
});

it('ends without discovery when the gateway of its sessions is gone', async () => {
  const { clock, fixture } = await start();
  const client = await fixture.connect();
  await client.open({ conf: keep });
  fixture.discovery.setState(ConnectionState.lost);
  await clock.advance(10 * MINUTE_MS);
  expect(fixture.engine.state).toBe('serving');
  client.hangUp();
  await expect.poll(() => fixture.engine.state).toBe('draining');
  await clock.advance(1);
  await expectStopped(fixture);
});

it('shuts down at once when only idle sessions are there', async () => {
  const { fixture } = await start();
  const client = await fixture.connect();
  const session = await client.open({ conf: keep });
  const operation = await client.run(session, 'SELECT 3');
  await client.fetch(operation);
  fixture.engine.shutDown('SIGTERM');
  await expectStopped(fixture);
});

it('lets a running statement and its rows finish before it shuts down', async () => {
  const { clock, fixture } = await start();
  const client = await fixture.connect();
  const session = await client.open();
  const executing = client.run(session, 'WAIT');
  await expect.poll(() => fixture.executor.statements).toEqual(['WAIT']);
  fixture.engine.shutDown('SIGTERM');
  await clock.advance(5_000);
  expect(fixture.engine.state).toBe('draining');
  fixture.executor.release();
  const operation = await executing;
  expect((await client.fetch(operation)).rows).toHaveLength(1);
  await clock.advance(100);
  await expectStopped(fixture);
});

it('does not wait longer than the shutdown time-out', async () => {
  const { clock, fixture } = await start({ 'kyuubi.backend.engine.exec.pool.shutdown.timeout': 'PT2S' });
  const client = await fixture.connect();
  const session = await client.open();
  const executing = client.execute(session, 'HANG');
  await expect.poll(() => fixture.executor.statements).toEqual(['HANG']);
  fixture.engine.shutDown('SIGTERM');
  await clock.advance(2_000);
  expect((await executing).status.sqlState).toBe('57014');
  await expectStopped(fixture);
});

it('hastens a drain that is under way when it is told to shut down', async () => {
  const { fixture } = await start();
  const client = await fixture.connect();
  await client.open();
  fixture.discovery.deleteAll();
  await settle();
  expect(fixture.engine.state).toBe('draining');
  fixture.engine.shutDown('SIGTERM');
  await expectStopped(fixture);
});

it.each([
  [
    'discovery cannot be reached',
    (f: { discovery: { openError: Error | null } }) => (f.discovery.openError = new Error('nobody there')),
  ],
  [
    'the node cannot be registered',
    (f: { discovery: { registerError: Error | null } }) =>
      (f.discovery.registerError = new Error('nobody there')),
  ],
])('leaves nothing open when it cannot start because %s', async (_, breakIt) => {
  let isClosed = () => false;
  const started = EngineFixture.start({
    prepare: (executor, discovery) => {
      breakIt({ discovery });
      isClosed = () => executor.isClosed;
    },
  });
  await expect(started).rejects.toThrow('nobody there');
  expect(isClosed()).toBe(true);
});

it('names the key when its port is taken', async () => {
  const fixture = await EngineFixture.start();
  const conf = { 'kyuubi.frontend.thrift.binary.bind.port': String(fixture.engine.port) };
  await expect(EngineFixture.start({ conf })).rejects.toThrow(/kyuubi.frontend.thrift.binary.bind.port/);
});

it('leaves discovery and ends when what its executor works on is gone, with a moment for last answers', async () => {
  const { clock, fixture } = await start();
  const client = await fixture.connect();
  const session = await client.open();
  const executing = client.execute(session, 'HANG');
  await expect.poll(() => fixture.executor.statements).toEqual(['HANG']);
  fixture.executor.end('the database has fallen over');
  await settle();
  expect(fixture.engine.state).toBe('draining');
  await expect.poll(() => fixture.discovery.nodes.size).toBe(0);
  const other = await fixture.connect();
  expect((await other.openRaw()).status.errorMessage).toContain('the database has fallen over');
  await clock.advance(2_000);
  expect((await executing).status.sqlState).toBe('57014');
  await expectStopped(fixture);
});
