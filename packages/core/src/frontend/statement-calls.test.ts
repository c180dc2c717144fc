import {
  TFetchOrientation,
  type TOperationHandle,
  TOperationState,
  TProtocolVersion,
  type TSessionHandle,
  TStatusCode,
} from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idOf } from '../session/handle.ts';
import { SessionDirectory } from '../session/session-directory.ts';
import type { Session } from '../session/session.ts';
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

/** Every session the gateway ever had. */
const sessions: Session[] = [];
// oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
const { addSession } = SessionDirectory.prototype;

beforeEach(async () => {
  sessions.length = 0;
  vi.spyOn(SessionDirectory.prototype, 'addSession').mockImplementation(function (
    this: SessionDirectory,
    added,
  ) {
    sessions.push(added);
    addSession.call(this, added);
  });
  await start();
});
afterEach(stop);

function operationsKept(): number {
  return sessions.reduce((sum, { operations }) => sum + operations.size, 0);
}

describe('a statement', () => {
  it('goes from execution over status to rows with offsets from 0', async () => {
    const operationHandle = await operation('SELECT 1');
    const status = await client.call('GetOperationStatus', { operationHandle });
    expect(status.operationState).toBe(TOperationState.FINISHED);
    const { schema } = await client.call('GetResultSetMetadata', { operationHandle });
    expect(schema?.columns[0]?.columnName).toBe('n');
    expect(await rowsOf(fetch(operationHandle, { maxRows: 2n }))).toMatchObject({
      offset: 0n,
      rows: [[0, 1]],
    });
    expect(await rowsOf(fetch(operationHandle, { maxRows: 2n }))).toMatchObject({ offset: 2n, rows: [[2]] });
    expect(
      await rowsOf(fetch(operationHandle, { orientation: TFetchOrientation.FETCH_FIRST })),
    ).toMatchObject({
      offset: 0n,
      rows: [[0, 1, 2]],
    });
    expect((await client.call('GetQueryId', { operationHandle })).queryId).toBe('query-1');
    await client.call('CloseOperation', { operationHandle });
    await gateway.engine().until(({ operations }) => operations.size === 0);
  });

  it('is asynchronous toward the engine, and carries the id the client knows', async () => {
    const operationHandle = await operation('SELECT 1');
    const [call] = gateway.engine().callsOf('ExecuteStatement');
    expect(call?.request).toMatchObject({ runAsync: true, statement: 'SELECT 1', queryTimeout: 0n });
    const overlay = (call as { request: { confOverlay: Map<string, string> } }).request.confOverlay;
    expect(overlay.get('kyuubi.operation.handle')).toBe(idOf(operationHandle.operationId.guid));
  });

  it("reaches an engine that insists on its own handles by the engine's", async () => {
    gateway.engine().adoptsHandles = false;
    await reopen();
    const operationHandle = await operation('SELECT 1');
    expect(await rowsOf(fetch(operationHandle))).toMatchObject({ rows: [[0, 1, 2]] });
    const [ended] = gateway.engine().callsOf('ExecuteStatement');
    const { guid } = (ended as { request: { sessionHandle: TSessionHandle } }).request.sessionHandle
      .sessionId;
    expect(idOf(guid)).not.toBe(idOf(session.sessionId.guid));
  });

  it('has its final status answered without asking the engine again', async () => {
    const operationHandle = await operation('SELECT 1');
    for (let i = 0; i < 20; i++) await client.call('GetOperationStatus', { operationHandle });
    expect(gateway.engine().callsOf('GetOperationStatus')).toHaveLength(1);
  });

  it('can be canceled', async () => {
    const operationHandle = await operation('wait');
    expect((await client.call('GetOperationStatus', { operationHandle })).operationState).toBe(
      TOperationState.RUNNING,
    );
    await client.call('CancelOperation', { operationHandle });
    expect((await client.call('GetOperationStatus', { operationHandle })).operationState).toBe(
      TOperationState.CANCELED,
    );
  });

  it('whose rows are still to come can be canceled too, and says so', async () => {
    const operationHandle = await operation('SELECT 1');
    const state = async () => (await client.call('GetOperationStatus', { operationHandle })).operationState;
    expect(await state()).toBe(TOperationState.FINISHED);
    await client.call('CancelOperation', { operationHandle });
    expect(await state()).toBe(TOperationState.CANCELED);
  });

  it('that fails while its rows are fetched says so by its status from then on', async () => {
    const operationHandle = await operation('SELECT 1');
    const state = async () => (await client.call('GetOperationStatus', { operationHandle })).operationState;
    expect(await state()).toBe(TOperationState.FINISHED);
    await fetch(operationHandle, { maxRows: 1n });
    await state();
    expect(gateway.engine().callsOf('GetOperationStatus')).toHaveLength(1);
    gateway.engine().overrides = {
      FetchResults: async () => ({ status: { statusCode: TStatusCode.ERROR, sqlState: '22012' } }),
    };
    gateway.engine().finishAll(TOperationState.ERROR);
    await fetch(operationHandle, { maxRows: 1n });
    expect(await state()).toBe(TOperationState.ERROR);
  });

  it('that fails tells so by its status', async () => {
    const operationHandle = await operation('fail');
    expect(await client.call('GetOperationStatus', { operationHandle })).toMatchObject({
      operationState: TOperationState.ERROR,
      sqlState: '42S02',
      errorMessage: 'no such table',
    });
  });

  it('that the engine does not take is refused as the engine said', async () => {
    const { status, operationHandle } = await execute('refuse');
    expect(status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '42000',
      errorMessage: 'refused',
    });
    expect(operationHandle).toBeUndefined();
  });

  it('after CloseOperation is unknown', async () => {
    const operationHandle = await operation('SELECT 1');
    await client.call('CloseOperation', { operationHandle });
    expect((await rowsOf(fetch(operationHandle))).status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '24000',
      errorMessage: expect.stringContaining(
        `Invalid OperationHandle [${idOf(operationHandle.operationId.guid)}]`,
      ),
    });
  });

  it('may ask for any time-out', async () => {
    for (const queryTimeout of [-1n, 2n ** 63n - 1n, 30n]) {
      expect((await execute('SELECT 1', { queryTimeout })).status.statusCode).toBe(TStatusCode.SUCCESS);
    }
    const sent = gateway
      .engine()
      .callsOf('ExecuteStatement')
      .map(({ request }) => (request as { queryTimeout: bigint }).queryTimeout);
    expect(sent[0]).toBe(0n);
    expect(sent[1]).toBeGreaterThan(2n ** 30n);
    expect(sent[2]).toBe(30n);
  });

  it('that outlives its time-out is ended by the gateway if the engine did not', async () => {
    const { operationHandle } = await execute('wait', { queryTimeout: 10n });
    gateway.clock.advance(15_000);
    await gateway.engine().until((engine) => engine.callsOf('CancelOperation').length === 1);
    const status = await client.call('GetOperationStatus', {
      operationHandle: operationHandle as TOperationHandle,
    });
    expect(status).toMatchObject({
      operationState: TOperationState.TIMEDOUT,
      sqlState: 'HYT00',
      errorMessage: 'Query timed out after 10 seconds',
    });
  });

  it('that is over is left alone by the time-out, even if its client never asked for its status', async () => {
    const { operationHandle } = await execute('SELECT 1', { queryTimeout: 10n });
    gateway.clock.advance(15_000);
    await gateway.engine().until((engine) => engine.answered.includes('GetOperationStatus'));
    expect(await rowsOf(fetch(operationHandle as TOperationHandle))).toMatchObject({ rows: [[0, 1, 2]] });
    expect(gateway.engine().callsOf('CancelOperation')).toHaveLength(0);
  });

  it('is told as canceled to a protocol that has no TIMEDOUT', async () => {
    const request = { ...openRequest(), clientProtocol: TProtocolVersion.V8 };
    const sessionHandle = (await client.call('OpenSession', request)).sessionHandle as TSessionHandle;
    const statement = { sessionHandle, statement: 'wait', runAsync: true, queryTimeout: 10n };
    const { operationHandle } = await client.call('ExecuteStatement', statement);
    gateway.clock.advance(15_000);
    await gateway.engine().until((engine) => engine.callsOf('CancelOperation').length === 1);
    const status = await client.call('GetOperationStatus', {
      operationHandle: operationHandle as TOperationHandle,
    });
    expect(status).toMatchObject({ operationState: TOperationState.CANCELED, sqlState: 'HYT00' });
  });

  it('is bounded by the server too', async () => {
    await restart({ 'kyuubi.operation.query.timeout': 'PT5S' });
    await execute('SELECT 1', { queryTimeout: 30n });
    await execute('SELECT 1', { queryTimeout: 3n });
    await execute('SELECT 1');
    const sent = gateway
      .engine()
      .callsOf('ExecuteStatement')
      .map(({ request }) => (request as { queryTimeout: bigint }).queryTimeout);
    expect(sent).toEqual([5n, 3n, 5n]);
  });
});

describe('a synchronous statement', () => {
  it('is answered when it is over', async () => {
    const running = execute('wait', { runAsync: false });
    await gateway.engine().until(({ operations }) => operations.size === 1);
    gateway.engine().finishAll();
    await expect
      .poll(() => {
        gateway.clock.advance(20);
        return gateway.engine().callsOf('GetOperationStatus').length;
      })
      .toBeGreaterThan(0);
    const { status, operationHandle } = await running;
    expect(status.statusCode).toBe(TStatusCode.SUCCESS);
    expect(operationHandle?.hasResultSet).toBe(true);
  });

  it('that fails does so in its own status, and leaves nothing behind', async () => {
    const { status, operationHandle } = await execute('fail', { runAsync: false });
    expect(status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '42S02',
      errorCode: 7,
      errorMessage: 'no such table',
    });
    expect(operationHandle).toBeUndefined();
    await gateway.engine().until(({ operations }) => operations.size === 0);
  });

  it('whose engine dies fails, and leaves no operation behind', async () => {
    gateway.engine().overrides = {
      GetOperationStatus: async () => {
        await gateway.engine().close();
        throw new Error('never sent');
      },
    };
    const { status } = await execute('wait', { runAsync: false });
    expect(status).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '08003' });
    await gateway.engine().until((engine) => engine.sockets.size === 0);
    expect(operationsKept()).toBe(0);
  });

  it('ends with its session', async () => {
    const running = execute('wait', { runAsync: false });
    await gateway.engine().until(({ operations }) => operations.size === 1);
    await gateway.http().call('CloseSession', { sessionHandle: session });
    await expect
      .poll(() => {
        gateway.clock.advance(20);
        return operationsKept();
      })
      .toBe(0);
    await expect.poll(() => gateway.clock.advance(20)).toBeUndefined();
    expect((await running).status).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '08003' });
  });
});

describe('metadata calls', () => {
  it('get an operation of ours', async () => {
    const { operationHandle } = await client.call('GetTables', { sessionHandle: session, tableName: 't%' });
    expect(await rowsOf(fetch(operationHandle as TOperationHandle))).toMatchObject({ rows: [[0, 1, 2]] });
    const [call] = gateway.engine().callsOf('GetTables');
    expect(call?.request).toMatchObject({ tableName: 't%' });
  });

  it('that the engine does not have fail with a status that says so', async () => {
    const { status } = await client.call('GetTypeInfo', { sessionHandle: session });
    expect(status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '08004',
      errorMessage: expect.stringMatching(
        /Engine 127\.0\.0\.1:\d+ refused: GetTypeInfo: Invalid method name/,
      ),
    });
  });
});

it('tells the client of an engine that died during the call, and of a fresh one after that', async () => {
  const operationHandle = await operation('wait');
  gateway.engine().write = () => void gateway.plugin.launches[0]?.exit({ code: null, signal: 'SIGKILL' });
  expect((await rowsOf(fetch(operationHandle))).status).toMatchObject({
    statusCode: TStatusCode.ERROR,
    sqlState: '08003',
    errorCode: 91_001,
    errorMessage: expect.stringContaining('connection does not exist'),
  });
  await expect.poll(() => gateway.ensemble.nodes('/kyuubi_senbon-1_USER_FAKE/alice/default')).toEqual([]);
  await reopen();
  await operation('SELECT 1');
  expect(gateway.plugin.launches).toHaveLength(2);
});
