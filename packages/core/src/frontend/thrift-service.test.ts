import {
  ApplicationError,
  decodeFetchReply,
  decodeRowSet,
  encodeCall,
  FetchType,
  columnValues,
  frame,
  methods,
  patchSeqId,
  readEnvelope,
  type ThriftConnection,
  TFetchOrientation,
  TGetInfoType,
  type TOperationHandle,
  TOperationState,
  TOperationType,
  TProtocolVersion,
  type TSessionHandle,
  TStatusCode,
} from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandle, idOf } from '../session/handle.ts';
import type { Session } from '../session/session.ts';
import { SessionDirectory } from '../session/session-directory.ts';
import { openRequest, TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
let client: ThriftConnection;
let session: TSessionHandle;

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
afterEach(() => gateway.stop());

async function start(conf: Record<string, string> = {}): Promise<void> {
  gateway = await TestGateway.start(conf);
  client = await gateway.connect();
  session = await open();
  await gateway.readyEngine();
}

/** For the tests that need another configuration than `beforeEach` gave. */
async function restart(conf: Record<string, string>): Promise<void> {
  await gateway.stop();
  await start(conf);
}

async function open(by = client, configuration: Record<string, string> = {}): Promise<TSessionHandle> {
  const { sessionHandle, status } = await by.call('OpenSession', openRequest(configuration));
  expect(status.statusCode).toBe(TStatusCode.SUCCESS);
  return sessionHandle as TSessionHandle;
}

async function execute(statement: string, more: { runAsync?: boolean; queryTimeout?: bigint } = {}) {
  return client.call('ExecuteStatement', { sessionHandle: session, statement, runAsync: true, ...more });
}

async function operation(statement: string): Promise<TOperationHandle> {
  const { status, operationHandle } = await execute(statement);
  expect(status.statusCode).toBe(TStatusCode.SUCCESS);
  return operationHandle as TOperationHandle;
}

function fetch(
  operationHandle: TOperationHandle,
  more: { maxRows?: bigint; orientation?: TFetchOrientation; fetchType?: number } = {},
) {
  const request = { operationHandle, orientation: TFetchOrientation.FETCH_NEXT, maxRows: 100n, ...more };
  return client.exchange(encodeCall('FetchResults', 0, request));
}

async function rowsOf(reply: Promise<Uint8Array>) {
  const bytes = await reply;
  const { status, rowSet } = decodeFetchReply(bytes, readEnvelope(bytes));
  const decoded = rowSet === null ? null : decodeRowSet(rowSet);
  const rows = (decoded?.batch.columns ?? []).map((column) => columnValues(column));
  return { status, offset: decoded?.startRowOffset, rows };
}

function stranger(handle: TSessionHandle): TSessionHandle {
  return { sessionId: { guid: handle.sessionId.guid, secret: createHandle().secret } };
}

describe('OpenSession', () => {
  it('answers with what every driver wants to find there', async () => {
    const response = await client.call('OpenSession', openRequest());
    expect(response.serverProtocolVersion).toBe(TProtocolVersion.V10);
    const { configuration } = response;
    expect(configuration?.get('kyuubi.session.engine.launch.support.result')).toBe('true');
    expect(configuration?.get('hive.server2.thrift.resultset.default.fetch.size')).toBe('1000');
    for (const part of ['guid', 'secret']) {
      const text = configuration?.get(`kyuubi.session.engine.launch.handle.${part}`) ?? '';
      expect(Buffer.from(text, 'base64')).toHaveLength(16);
    }
  });

  it.each([
    [TProtocolVersion.V1, TProtocolVersion.V1],
    [TProtocolVersion.V6, TProtocolVersion.V6],
    [TProtocolVersion.V11, TProtocolVersion.V11],
    [40 as TProtocolVersion, TProtocolVersion.V11],
  ])('speaks %d with a client of %d at most', async (clientProtocol, agreed) => {
    const response = await client.call('OpenSession', { clientProtocol });
    expect(response.serverProtocolVersion).toBe(agreed);
  });

  it('gives each handle a secret of its own', async () => {
    const secrets = [session, await open(), await open()].map(({ sessionId }) =>
      Buffer.from(sessionId.secret).toString('hex'),
    );
    expect(new Set(secrets).size).toBe(3);
  });

  it('that fails says why, with a SQLSTATE and a configuration', async () => {
    const response = await client.call('OpenSession', openRequest({ 'set:env:PATH': 'x' }));
    expect(response.status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '42000',
      errorMessage:
        'Error opening session for alice client ip 127.0.0.1, due to env:PATH is forbidden, env:* variables can not be set.',
      infoMessages: [expect.stringMatching(/^\*org\.apache\.kyuubi\.KyuubiSQLException:.*:0:-1$/)],
    });
    expect(response.configuration).toEqual(new Map());
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('waits for the engine when told to, and fails with its launch', async () => {
    await restart({ 'kyuubi.session.engine.launch.async': 'false' });
    expect(gateway.engine().sessions.size).toBe(1);
    gateway.plugin.onLaunch = (launch) => launch.exit({ code: 3, signal: null });
    const response = await client.call(
      'OpenSession',
      openRequest({ 'kyuubi.engine.share.level': 'CONNECTION' }),
    );
    expect(response.status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '08001',
      errorMessage: expect.stringContaining('it exited with code 3'),
    });
    expect(gateway.gateway.openSessions).toBe(1);
  });
});

describe('a handle', () => {
  const calls = () =>
    [
      ['GetInfo', { sessionHandle: session, infoType: TGetInfoType.DBMS_NAME }],
      ['ExecuteStatement', { sessionHandle: session, statement: 'x', runAsync: true }],
      ['GetTables', { sessionHandle: session }],
      ['SetClientInfo', { sessionHandle: session }],
      ['CloseSession', { sessionHandle: session }],
    ] as const;

  it('is of no use to another user', async () => {
    const bob = await gateway.connect('bob');
    for (const [method, request] of calls()) {
      const { status } = (await bob.call(method, request as never)) as { status: unknown };
      expect(status, method).toMatchObject({
        statusCode: TStatusCode.ERROR,
        sqlState: '42501',
        errorMessage: `User bob may not use SessionHandle [${idOf(session.sessionId.guid)}]: it belongs to another user`,
      });
    }
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('is of no use without its secret', async () => {
    for (const [method, request] of calls()) {
      const guessed = { ...request, sessionHandle: stranger(session) };
      const { status } = (await client.call(method, guessed as never)) as { status: unknown };
      expect(status, method).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '08003' });
    }
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('of an operation is checked the same way', async () => {
    const operationHandle = await operation('wait');
    const bob = await gateway.connect('bob');
    const guessed = {
      ...operationHandle,
      operationId: { ...operationHandle.operationId, secret: new Uint8Array(16) },
    };
    for (const method of [
      'GetOperationStatus',
      'CancelOperation',
      'CloseOperation',
      'GetResultSetMetadata',
    ] as const) {
      const refused = await bob.call(method, { operationHandle });
      expect(refused.status, method).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '42501' });
      const unknown = await client.call(method, { operationHandle: guessed });
      expect(unknown.status, method).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '24000' });
    }
    await expect(bob.call('GetQueryId', { operationHandle })).rejects.toMatchObject({ type: 6 });
    expect(gateway.engine().callsOf('CancelOperation')).toEqual([]);
    expect(gateway.engine().operations.size).toBe(1);
  });

  it('may be used by the same user over another connection and another transport', async () => {
    for (const other of [await gateway.connect(), gateway.http()]) {
      const { status } = await other.call('GetInfo', {
        sessionHandle: session,
        infoType: TGetInfoType.DBMS_NAME,
      });
      expect(status.statusCode).toBe(TStatusCode.SUCCESS);
    }
  });

  it('of the wrong length is an error of the call', async () => {
    const short = { sessionId: { guid: new Uint8Array(8), secret: new Uint8Array(16) } };
    const { status } = await client.call('CloseSession', { sessionHandle: short });
    expect(status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      errorMessage: expect.stringContaining('no handle of 16'),
    });
  });
});

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
    session = await open();
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
    const status = await client.call('GetOperationStatus', {
      operationHandle: operationHandle as TOperationHandle,
    });
    expect(status).toMatchObject({
      operationState: TOperationState.TIMEDOUT,
      sqlState: 'HYT00',
      errorMessage: 'Query timed out after 10 seconds',
    });
    await gateway.engine().until((engine) => engine.callsOf('CancelOperation').length === 1);
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

function operationsKept(): number {
  return sessions.reduce((sum, { operations }) => sum + operations.size, 0);
}

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

describe('GetInfo', () => {
  it.each([
    [TGetInfoType.SERVER_NAME, { stringValue: 'Apache Kyuubi' }],
    [TGetInfoType.DBMS_NAME, { stringValue: 'Apache Kyuubi' }],
    [TGetInfoType.DBMS_VER, { stringValue: '0.0.0-test' }],
    [TGetInfoType.ODBC_KEYWORDS, { stringValue: 'Unimplemented' }],
    [TGetInfoType.MAX_COLUMN_NAME_LEN, { lenValue: 128n }],
  ])('%d is answered by the server when so configured', async (infoType, infoValue) => {
    await restart({ 'kyuubi.server.info.provider': 'SERVER' });
    const response = await client.call('GetInfo', { sessionHandle: session, infoType });
    expect(response.infoValue).toEqual(infoValue);
    const unknown = await client.call('GetInfo', {
      sessionHandle: session,
      infoType: TGetInfoType.XOPEN_CLI_YEAR,
    });
    expect(unknown.status.errorMessage).toContain('Unrecognized GetInfoType value: 10000');
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
    raw.send(saslStart);
    await raw.takeSasl();
    for (const seqId of [0, 77, -5, 0x7fffffff]) {
      const request = { operationHandle, orientation: TFetchOrientation.FETCH_NEXT, maxRows: 1n };
      const message = encodeCall('FetchResults', seqId, request);
      raw.send(frame(message));
      expect(readEnvelope(await raw.takeFrame()).seqId).toBe(seqId);
    }
  });
});

const saslStart = Buffer.from(
  '\u0001\u0000\u0000\u0000\u0005PLAIN\u0005\u0000\u0000\u0000\u0008\u0000alice\u0000x',
  'latin1',
);

describe('what is not served', () => {
  async function exchange(message: Uint8Array): Promise<Error> {
    const raw = await gateway.raw();
    raw.send(saslStart);
    await raw.takeSasl();
    raw.send(frame(message));
    const reply = await raw.takeFrame();
    // The connection is as good as before.
    raw.send(frame(encodeCall('GetInfo', 9, { sessionHandle: session, infoType: TGetInfoType.DBMS_NAME })));
    expect(readEnvelope(await raw.takeFrame())).toMatchObject({ method: 'GetInfo', type: 2, seqId: 9 });
    const envelope = readEnvelope(reply);
    expect(envelope.type).toBe(3);
    // message (1, string) and type (2, i32) of a TApplicationException
    const length = reply.readInt32BE(envelope.bodyOffset + 3);
    const textAt = envelope.bodyOffset + 7;
    const type = reply.readInt32BE(textAt + length + 3);
    return new ApplicationError(type, reply.toString('utf8', textAt, textAt + length));
  }

  function renamed(method: string): Uint8Array {
    const rest = encodeCall('CloseSession', 3, { sessionHandle: session });
    const { bodyOffset } = readEnvelope(rest);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(0x80010001);
    head.writeInt32BE(method.length, 4);
    return Buffer.concat([head, Buffer.from(method), Buffer.from([0, 0, 0, 3]), rest.subarray(bodyOffset)]);
  }

  it.each(['GetLog', 'CloseImpalaOperation', 'constructor', ''])(
    'method %j is unknown, and the connection stays',
    async (method) => {
      expect(await exchange(renamed(method))).toMatchObject({
        type: 1,
        message: `Invalid method name: '${method}'`,
      });
    },
  );

  it('a request that lacks what it must have is a protocol error', async () => {
    expect(await exchange(renamed('ExecuteStatement'))).toMatchObject({
      type: 7,
      message: expect.stringContaining('ExecuteStatement'),
    });
  });

  it('a reply sent as a request is turned away', async () => {
    const message = Buffer.from(encodeCall('CloseSession', 3, { sessionHandle: session }));
    message[3] = 2;
    expect(await exchange(message)).toMatchObject({ type: 2 });
  });

  it.each([
    'GetDelegationToken',
    'CancelDelegationToken',
    'RenewDelegationToken',
    'UploadData',
    'DownloadData',
  ] as const)('%s is not supported', async (method) => {
    const request = {
      sessionHandle: session,
      owner: 'o',
      renewer: 'r',
      delegationToken: 't',
      values: new Uint8Array(0),
    };
    const { status } = (await client.call(method, request as never)) as { status: unknown };
    expect(status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '0A000',
      errorMessage: expect.stringContaining('not supported'),
    });
  });
});

it('has an answer for every method of the protocol', async () => {
  const none = { guid: createHandle().guid, secret: createHandle().secret };
  for (const [method, { handle }] of Object.entries(methods)) {
    if (handle === null) continue;
    const request = {
      sessionHandle: { sessionId: none },
      operationHandle: { operationId: none, operationType: 0, hasResultSet: false },
      infoType: 17,
      statement: '',
      functionName: '',
      orientation: 0,
      maxRows: 1n,
      owner: '',
      renewer: '',
      delegationToken: '',
      values: new Uint8Array(0),
    };
    const message = encodeCall(method as 'GetInfo', 0, request as never);
    patchSeqId(message, readEnvelope(message), 5);
    const reply = await client.exchange(message);
    expect(readEnvelope(reply).method).toBe(method);
  }
  expect(gateway.logger.has(/error:/)).toBe(false);
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
  session = await open();
  await operation('SELECT 1');
  expect(gateway.plugin.launches).toHaveLength(2);
});
