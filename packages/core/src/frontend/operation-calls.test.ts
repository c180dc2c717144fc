import {
  encodeCall,
  FetchType,
  frame,
  readEnvelope,
  TFetchOrientation,
  TGetInfoType,
  TOperationState,
  TOperationType,
  type TSessionHandle,
  TStatusCode,
} from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  client,
  fetch,
  gateway,
  operation,
  restart,
  rowsOf,
  saslLogin,
  start,
  stop,
} from '../testing/served.ts';
import { openRequest } from '../testing/test-gateway.ts';

beforeEach(() => start());
afterEach(stop);

describe('the launch operation', () => {
  async function openWaiting() {
    gateway.plugin.onLaunch = async () => {};
    const response = await client.call(
      'OpenSession',
      openRequest({ 'kyuubi.engine.share.level': 'CONNECTION' }),
    );
    const part = (name: string) =>
      Buffer.from(response.configuration?.get(`kyuubi.session.engine.launch.handle.${name}`) ?? '', 'base64');
    const operationHandle = {
      operationId: { guid: part('guid'), secret: part('secret') },
      operationType: TOperationType.UNKNOWN,
      hasResultSet: false,
    };
    const launch = await gateway.plugin.launched(2);
    return { operationHandle, launch, sessionHandle: response.sessionHandle as TSessionHandle };
  }

  it('shows the log while it runs, and the engine at its end', async () => {
    const { operationHandle, launch } = await openWaiting();
    launch.print('downloading');
    const lines: unknown[] = [];
    await expect
      .poll(async () => {
        const { rows } = await rowsOf(fetch(operationHandle, { fetchType: FetchType.LOG }));
        lines.push(...(rows[0] ?? []));
        return lines.at(-1);
      })
      .toBe('downloading');
    const waiting = client.call('GetOperationStatus', { operationHandle });
    await gateway.clock.untilTimer(1_000);
    gateway.clock.advance(1_000);
    expect((await waiting).operationState).toBe(TOperationState.RUNNING);
    const ended = client.call('GetOperationStatus', { operationHandle });
    await gateway.clock.untilTimer(1_000);
    await gateway.plugin.register(launch);
    expect((await ended).operationState).toBe(TOperationState.FINISHED);
    const { schema } = await client.call('GetResultSetMetadata', { operationHandle });
    expect(schema?.columns.map(({ columnName }) => columnName)).toEqual(['key', 'value']);
    expect(await rowsOf(fetch(operationHandle))).toMatchObject({
      offset: 0n,
      rows: [
        ['id', 'name', 'state', 'url', 'error', 'refId'],
        ['fake-1', 'fake engine', 'RUNNING', '127.0.0.1:4040', '', launch.request.refId],
      ],
    });
    expect(await rowsOf(fetch(operationHandle))).toMatchObject({ offset: 6n, rows: [[], []] });
    expect(
      (await rowsOf(fetch(operationHandle, { orientation: TFetchOrientation.FETCH_LAST }))).status,
    ).toMatchObject({
      sqlState: 'HY106',
    });
    await client.call('CancelOperation', { operationHandle });
    await client.call('CloseOperation', { operationHandle });
  });

  it('that failed tells why, and so does every call of the session', async () => {
    const { operationHandle, launch, sessionHandle } = await openWaiting();
    const waiting = client.call('GetInfo', { sessionHandle, infoType: TGetInfoType.DBMS_NAME });
    launch.print('no memory');
    await launch.exit({ code: 1, signal: null });
    expect((await waiting).status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '08001',
      errorMessage: expect.stringMatching(/it exited with code 1[\s\S]*no memory/),
    });
    expect(await client.call('GetOperationStatus', { operationHandle })).toMatchObject({
      operationState: TOperationState.ERROR,
      sqlState: '08001',
      errorMessage: expect.stringContaining('it exited with code 1'),
    });
    expect(await client.call('CloseSession', { sessionHandle })).toMatchObject({
      status: { statusCode: TStatusCode.SUCCESS },
    });
  });

  it('ends when its session is closed, and its engine is killed', async () => {
    const { launch, sessionHandle } = await openWaiting();
    await gateway.clock.untilTimer(180_000);
    await client.call('CloseSession', { sessionHandle });
    await expect.poll(() => launch.kills).toBe(1);
  });
});

describe('FetchResults', () => {
  it('may be bounded, logs excepted', async () => {
    await restart({ 'kyuubi.server.limit.client.fetch.max.rows': '10' });
    const operationHandle = await operation('SELECT 1');
    expect((await rowsOf(fetch(operationHandle, { maxRows: 11n }))).status).toMatchObject({
      errorMessage: 'Max rows for fetching results operation should not exceed the limit: 10',
    });
    expect(await rowsOf(fetch(operationHandle, { maxRows: 10n }))).toMatchObject({ rows: [[0, 1, 2]] });
    const log = await rowsOf(fetch(operationHandle, { maxRows: 11n, fetchType: FetchType.LOG }));
    expect(log.status.statusCode).toBe(TStatusCode.SUCCESS);
  });

  it('passes megabytes on unchanged', async () => {
    gateway.engine().rows = 2_000_000;
    const operationHandle = await operation('SELECT 1');
    const { rows } = await rowsOf(fetch(operationHandle, { maxRows: 2_000_000n }));
    expect(rows[0]).toHaveLength(2_000_000);
    expect(rows[0]?.at(-1)).toBe(1_999_999);
  });

  it('keeps the sequence id of the call', async () => {
    const operationHandle = await operation('SELECT 1');
    const raw = await gateway.raw();
    raw.send(saslLogin);
    await raw.takeSasl();
    for (const seqId of [0, 77, -5, 0x7fffffff]) {
      const request = { operationHandle, orientation: TFetchOrientation.FETCH_NEXT, maxRows: 1n };
      const message = encodeCall('FetchResults', seqId, request);
      raw.send(frame(message));
      expect(readEnvelope(await raw.takeFrame()).seqId).toBe(seqId);
    }
  });
});
