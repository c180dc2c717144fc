import { TFetchOrientation, type TOperationHandle, TOperationState, TStatusCode } from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  client,
  execute,
  fetch,
  gateway,
  operation,
  reopen,
  restart,
  rowsOf,
  session,
  start,
  stop,
} from '../testing/served.ts';
import { openRequest } from '../testing/test-gateway.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

beforeEach(() => start());
afterEach(stop);

/** Turns of the event loop in which whatever was set off can come to its end. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
}

describe('an idle session', () => {
  it('is closed after its time, here and on the engine', async () => {
    gateway.clock.advance(6 * HOUR - 10 * MINUTE);
    await settled();
    expect(gateway.gateway.openSessions).toBe(1);
    gateway.clock.advance(10 * MINUTE);
    await gateway.engine().until(({ sessions }) => sessions.size === 0);
    expect(gateway.gateway.openSessions).toBe(0);
    expect(gateway.logger.has('idle for longer than kyuubi.session.idle.timeout')).toBe(true);
    expect((await client.call('GetInfo', { sessionHandle: session, infoType: 17 })).status.sqlState).toBe(
      '08003',
    );
  });

  it('is not idle after a call', async () => {
    gateway.clock.advance(5 * HOUR);
    await client.call('GetInfo', { sessionHandle: session, infoType: 17 });
    gateway.clock.advance(5 * HOUR);
    await settled();
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('is not idle while a statement runs, though its client does not ask', async () => {
    await operation('wait');
    gateway.clock.advance(7 * HOUR);
    await gateway.engine().until((engine) => engine.callsOf('GetOperationStatus').length > 0);
    await settled();
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('is closed when its statement is over, though its client never asked', async () => {
    await operation('wait');
    gateway.engine().finishAll();
    gateway.clock.advance(7 * HOUR);
    await gateway.engine().until(({ sessions }) => sessions.size === 0);
    expect(gateway.gateway.openSessions).toBe(0);
  });

  it('is closed when its engine is gone', async () => {
    await operation('wait');
    await gateway.plugin.launches[0]?.exit({ code: null, signal: 'SIGKILL' });
    gateway.clock.advance(7 * HOUR);
    await expect.poll(() => gateway.gateway.openSessions).toBe(0);
  });

  it('stays for ever when so configured', async () => {
    await restart({ 'kyuubi.session.idle.timeout': '0' });
    gateway.clock.advance(1_000 * HOUR);
    await settled();
    expect(gateway.gateway.openSessions).toBe(1);
  });
});

describe('an idle operation', () => {
  it('is closed after its time, here and on the engine', async () => {
    await restart({ 'kyuubi.session.idle.timeout': '0' });
    const operationHandle = await operation('SELECT 1');
    await client.call('GetOperationStatus', { operationHandle });
    gateway.clock.advance(3 * HOUR);
    await gateway.engine().until(({ operations }) => operations.size === 0);
    expect((await rowsOf(fetch(operationHandle))).status.sqlState).toBe('24000');
  });

  it('is closed although nobody ever asked for its status', async () => {
    await restart({ 'kyuubi.session.idle.timeout': '0' });
    await operation('SELECT 1');
    gateway.clock.advance(3 * HOUR);
    await gateway.engine().until((engine) => engine.callsOf('GetOperationStatus').length > 0);
    await settled();
    gateway.clock.advance(5 * MINUTE);
    await gateway.engine().until(({ operations }) => operations.size === 0);
  });

  it('is never closed for it when the time-out is 0', async () => {
    await restart({ 'kyuubi.operation.idle.timeout': '0' });
    const operationHandle = await operation('SELECT 1');
    await client.call('GetOperationStatus', { operationHandle });
    gateway.clock.advance(4 * HOUR);
    await settled();
    expect((await rowsOf(fetch(operationHandle))).status.statusCode).toBe(TStatusCode.SUCCESS);
  });

  it('that runs is left alone', async () => {
    const operationHandle = await operation('wait');
    gateway.clock.advance(4 * HOUR);
    await settled();
    const status = await client.call('GetOperationStatus', { operationHandle });
    expect(status.operationState).toBe(TOperationState.RUNNING);
  });
});

describe('CloseSession', () => {
  it('is answered without waiting for the engine', async () => {
    gateway.engine().write = () => {};
    const { status } = await client.call('CloseSession', { sessionHandle: session });
    expect(status.statusCode).toBe(TStatusCode.SUCCESS);
    expect(gateway.gateway.openSessions).toBe(0);
  });

  it('twice is an error the second time', async () => {
    await client.call('CloseSession', { sessionHandle: session });
    expect((await client.call('CloseSession', { sessionHandle: session })).status.sqlState).toBe('08003');
  });

  it('takes the operations along', async () => {
    const operationHandle = await operation('wait');
    await client.call('CloseSession', { sessionHandle: session });
    expect((await client.call('GetOperationStatus', { operationHandle })).status.sqlState).toBe('24000');
  });

  it('while a statement is being started answers that statement, and keeps nothing', async () => {
    let go = () => {};
    gateway.engine().overrides = {
      ExecuteStatement: async () => {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        return {
          status: { statusCode: TStatusCode.SUCCESS },
          operationHandle: { operationId: session.sessionId, operationType: 0, hasResultSet: true },
        };
      },
    };
    const started = execute('SELECT 1', { queryTimeout: 100n });
    await gateway.engine().until((engine) => engine.callsOf('ExecuteStatement').length === 1);
    await gateway.http().call('CloseSession', { sessionHandle: session });
    go();
    expect((await started).status).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '08003' });
    expect(gateway.clock.delays).not.toContain(105_000);
  });
});

describe('a session closed while it is being opened on its engine', () => {
  /** The engine answers OpenSession when the test says so. */
  async function openHeld() {
    const engine = gateway.engine();
    const before = engine.sessions.size;
    let go = () => {};
    const write = engine.write;
    engine.write = (socket, framed) => {
      go = () => write(socket, framed, 'OpenSession');
    };
    const response = await client.call('OpenSession', openRequest());
    await engine.until(({ sessions }) => sessions.size === before + 1);
    await engine.until(({ answered }) => answered.filter((method) => method === 'OpenSession').length === 2);
    engine.write = write;
    return {
      sessionHandle: response.sessionHandle as NonNullable<typeof response.sessionHandle>,
      go,
      before,
    };
  }

  it('is closed there as soon as the engine has opened it', async () => {
    const { sessionHandle, go, before } = await openHeld();
    await client.call('CloseSession', { sessionHandle });
    expect(gateway.engine().callsOf('CloseSession')).toEqual([]);
    go();
    await gateway.engine().until(({ sessions }) => sessions.size === before);
  });

  it('is closed there although the gateway stops', async () => {
    const { go } = await openHeld();
    const stopped = gateway.gateway.destroy('asked to');
    go();
    await stopped;
    expect(gateway.engine().sessions.size).toBe(0);
  });
});

it('counts sessions in and out against the limits', async () => {
  await restart({ 'kyuubi.server.limit.connections.per.user': '2' });
  await reopen();
  const refused = await client.call('OpenSession', openRequest());
  expect(refused.status).toMatchObject({
    statusCode: TStatusCode.ERROR,
    sqlState: '08004',
    errorMessage:
      'Error opening session for alice client ip 127.0.0.1, due to Connection limit per user reached (user: alice limit: 2)',
  });
  await client.call('CloseSession', { sessionHandle: session });
  await reopen();
  client.destroy(new Error('gone'));
  await expect.poll(() => gateway.gateway.openSessions).toBe(0);
  const again = await gateway.connect();
  expect((await again.call('OpenSession', openRequest())).status.statusCode).toBe(TStatusCode.SUCCESS);
});

it('counts a session out whose engine could not be had', async () => {
  await restart({
    'kyuubi.server.limit.connections.per.user': '2',
    'kyuubi.session.engine.launch.async': 'false',
  });
  gateway.plugin.onLaunch = (launch) => launch.exit({ code: 1, signal: null });
  for (let i = 0; i < 5; i++) {
    const { status } = await client.call(
      'OpenSession',
      openRequest({ 'kyuubi.engine.share.level': 'CONNECTION' }),
    );
    expect(status.errorMessage).toContain('it exited with code 1');
  }
  expect(gateway.gateway.openSessions).toBe(1);
});

it('gives every session its own engine session, two hundred at once', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => gateway.connect()));
  const opened = await Promise.all(
    clients.flatMap((each) => Array.from({ length: 10 }, () => each.call('OpenSession', openRequest()))),
  );
  expect(
    new Set(
      opened.map(({ sessionHandle }) => Buffer.from(sessionHandle?.sessionId.guid ?? []).toString('hex')),
    ).size,
  ).toBe(200);
  await gateway.engine().until(({ sessions }) => sessions.size === 201);
  expect(gateway.plugin.launches).toHaveLength(1);
  for (const each of clients) each.destroy(new Error('gone'));
  await gateway.engine().until(({ sessions }) => sessions.size === 1);
});

it('keeps the log of a launch for every session that waited', async () => {
  const operationHandle = await operation('SELECT 1');
  const log = await rowsOf(
    fetch(operationHandle as TOperationHandle, { fetchType: 1, orientation: TFetchOrientation.FETCH_FIRST }),
  );
  expect(log.status.statusCode).toBe(TStatusCode.SUCCESS);
});
