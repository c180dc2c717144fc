import {
  TFetchOrientation,
  TOperationState,
  TOperationType,
  TProtocolVersion,
  TStatusCode,
} from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import { EngineFixture, StatusError, withWrongSecret } from '../testing/engine-fixture.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';

const { FETCH_FIRST, FETCH_NEXT, FETCH_PRIOR, FETCH_LAST } = TFetchOrientation;

async function start(conf: Record<string, string> = {}, protocol: TProtocolVersion = TProtocolVersion.V10) {
  const fixture = await EngineFixture.start({ conf });
  const client = await fixture.connect();
  return { fixture, client, session: await client.open({ protocol }) };
}

it('answers a synchronous statement when its rows can be fetched', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'SELECT 2');
  expect(operation).toMatchObject({ operationType: TOperationType.EXECUTE_STATEMENT, hasResultSet: true });
  const status = await client.status(operation);
  expect(status).toMatchObject({ operationState: TOperationState.FINISHED, hasResultSet: true });
  expect(Number(status.operationStarted)).toBeGreaterThan(1_600_000_000_000);
  expect(status.operationCompleted).toBeGreaterThanOrEqual(status.operationStarted as bigint);
});

it('puts the error of a synchronous statement into its own status and keeps no operation', async () => {
  const { client, session } = await start();
  const response = await client.execute(session, 'FAIL', {
    confOverlay: new Map([['kyuubi.operation.handle', '11111111-2222-3333-4444-555555555555']]),
  });
  expect(response.status).toMatchObject({
    statusCode: TStatusCode.ERROR,
    sqlState: '42S02',
    errorCode: 7,
    errorMessage: 'no such table: t',
  });
  expect(response.operationHandle).toBeUndefined();
  const guid = Buffer.from('11111111222233334444555555555555', 'hex');
  const handle = {
    operationId: { guid, secret: new Uint8Array(16) },
    operationType: 0,
    hasResultSet: false,
  } as const;
  expect((await client.status(handle)).status).toMatchObject({
    statusCode: TStatusCode.ERROR,
    sqlState: '24000',
    errorMessage: expect.stringContaining('Invalid OperationHandle [11111111-2222-3333-4444-555555555555]'),
  });
});

it('reports the error of an asynchronous statement through its state', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'FAIL', { runAsync: true });
  expect(operation.hasResultSet).toBe(false);
  expect(await client.status(operation)).toMatchObject({
    status: { statusCode: TStatusCode.SUCCESS },
    operationState: TOperationState.ERROR,
    sqlState: '42S02',
    errorCode: 7,
    errorMessage: 'no such table: t',
  });
  await expect(client.fetch(operation)).rejects.toMatchObject({ sqlState: '42S02' });
  expect(await client.log(operation)).toContain('42S02: no such table: t');
});

it('waits for a change in GetOperationStatus and returns at once when it comes', async () => {
  const { fixture, client, session } = await start({ 'kyuubi.operation.status.polling.timeout': 'PT20S' });
  const operation = await client.run(session, 'WAIT', { runAsync: true });
  expect(operation.hasResultSet).toBe(false);
  const polled = client.status(operation);
  fixture.executor.release();
  expect(await polled).toMatchObject({ operationState: TOperationState.FINISHED, hasResultSet: true });
});

it('ends a long poll at its time-out, which a session may set', async () => {
  const { client } = await start();
  const session = await client.open({ conf: { 'kyuubi.operation.status.polling.timeout': '10' } });
  const operation = await client.run(session, 'HANG', { runAsync: true });
  expect(await client.status(operation)).toMatchObject({ operationState: TOperationState.RUNNING });
});

it('promises rows of a slow query by its first word, and keeps the promise when there are none', async () => {
  const { fixture, client, session } = await start();
  const slow = await client.run(session, 'HANG', { runAsync: true });
  expect(slow.hasResultSet).toBe(false);
  fixture.executor.sessions.forEach((s) => {
    const execute = s.execute.bind(s);
    s.execute = async (statement, context) => {
      if (statement !== 'WITH x INSERT') return execute(statement, context);
      await fixture.executor.waitForRelease();
      return { rows: null };
    };
  });
  const promised = await client.run(session, 'WITH x INSERT', { runAsync: true });
  expect(promised.hasResultSet).toBe(true);
  fixture.executor.release();
  expect(await client.status(promised)).toMatchObject({
    operationState: TOperationState.FINISHED,
    hasResultSet: false,
  });
  expect(await client.columns(promised)).toMatchObject([{ columnName: 'Result' }]);
  expect(await client.fetch(promised)).toMatchObject({ rows: [], columnCount: 1, hasMoreRows: false });
});

it('says that a statement without rows has none, with an empty schema and row set', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'UPDATE 42');
  expect(operation).toMatchObject({ hasResultSet: false, modifiedRowCount: 42 });
  expect(await client.status(operation)).toMatchObject({ hasResultSet: false, numModifiedRows: 42n });
  expect(await client.columns(operation)).toEqual([]);
  expect(await client.fetch(operation)).toMatchObject({ rows: [], columnCount: 0 });
});

it('describes types with their qualifiers and carries NULLs', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'TYPED');
  const columns = await client.columns(operation);
  expect(columns.map((c) => c.typeDesc.types[0]?.primitiveEntry?.type)).toEqual([0, 15, 19, 10, 3]);
  expect(columns[1]).toMatchObject({ columnName: 'price', position: 2, comment: 'in yen' });
  expect(columns[1]?.typeDesc.types[0]?.primitiveEntry?.typeQualifiers?.qualifiers).toEqual(
    new Map([
      ['precision', { i32Value: 10 }],
      ['scale', { i32Value: 2 }],
    ]),
  );
  expect(columns[2]?.typeDesc.types[0]?.primitiveEntry?.typeQualifiers?.qualifiers).toEqual(
    new Map([['characterMaximumLength', { i32Value: 3 }]]),
  );
  expect((await client.fetch(operation)).rows).toEqual([
    [true, '12.50', 'abc', '[1,2]', null],
    [null, null, null, null, null],
  ]);
});

it('sends rows, not columns, below protocol V6', async () => {
  const { client, session } = await start({}, TProtocolVersion.V5);
  const operation = await client.run(session, 'SELECT 2');
  const response = await client.fetchRaw(operation);
  expect(response.results?.rows).toHaveLength(2);
  expect(response.results?.columns).toBeUndefined();
  expect(response.results?.rows[1]?.colVals[0]).toEqual({ i64Val: { value: 1n } });
});

it('counts rows from 0 without a gap, whatever the fetch size', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'SELECT 5000');
  let expected = 0;
  for (const maxRows of [1, 7, 100, 1000, 3, 999, 2000, 5000]) {
    const { startRow, rows } = await client.fetch(operation, maxRows);
    expect(startRow).toBe(expected);
    expect(rows.map((row) => row[0])).toEqual(rows.map((__, i) => BigInt(expected + i)));
    expected += rows.length;
  }
  expect(expected).toBe(5000);
  expect(await client.fetch(operation, 10)).toMatchObject({ startRow: 5000, rows: [], hasMoreRows: false });
});

it('goes back to the first row and to prior ones', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'SELECT 25');
  expect(await client.fetch(operation, 10, FETCH_FIRST)).toMatchObject({ startRow: 0 });
  expect(await client.fetch(operation, 10)).toMatchObject({ startRow: 10 });
  expect(await client.fetch(operation, 10, FETCH_PRIOR)).toMatchObject({ startRow: 0 });
  expect(await client.fetch(operation, 10)).toMatchObject({ startRow: 10 });
  expect((await client.fetch(operation, 10)).rows).toHaveLength(5);
  expect(await client.fetch(operation, 4, FETCH_PRIOR)).toMatchObject({ startRow: 16 });
  expect(await client.fetch(operation, 10, FETCH_FIRST)).toMatchObject({ startRow: 0, hasMoreRows: true });
  await expect(client.fetch(operation, 10, FETCH_LAST)).rejects.toMatchObject({ sqlState: 'HY106' });
  expect(await client.fetch(operation, 10)).toMatchObject({ startRow: 10 });
});

it('ends a result at kyuubi.operation.result.max.rows, of engine, session or statement', async () => {
  const { client, session } = await start({ 'kyuubi.operation.result.max.rows': '10' });
  const key = 'kyuubi.operation.result.max.rows';
  expect((await client.fetch(await client.run(session, 'SELECT 50'))).rows).toHaveLength(10);
  const other = await client.open({ conf: { [key]: '20' } });
  expect((await client.fetch(await client.run(other, 'SELECT 50'))).rows).toHaveLength(20);
  const overlay = await client.run(other, 'SELECT 50', { confOverlay: new Map([[key, '0']]) });
  expect((await client.fetch(overlay)).rows).toHaveLength(50);
  const response = await client.execute(other, 'SELECT 50', { confOverlay: new Map([[key, 'many']]) });
  expect(response.status.errorMessage).toContain(key);
});

it('bounds a reply in bytes, and still sends a row larger than that', async () => {
  const { client, session } = await start();
  const mebibyte = 1024 * 1024;
  const wide = await client.run(session, `WIDE 40 ${mebibyte}`);
  const counts: number[] = [];
  for (let rows = await client.fetch(wide); rows.rows.length > 0; rows = await client.fetch(wide)) {
    counts.push(rows.rows.length);
  }
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  expect(Math.max(...counts)).toBeLessThanOrEqual(16);
  const huge = await client.run(session, `WIDE 2 ${17 * mebibyte}`);
  expect((await client.fetch(huge)).rows).toHaveLength(1);
  expect(await client.fetch(huge)).toMatchObject({ startRow: 1, rows: [expect.anything()] });
  expect((await client.fetch(huge)).rows).toHaveLength(0);
});

it('fails a result that breaks in the middle, and never calls it ended', async () => {
  const { fixture, client, session } = await start();
  const operation = await client.run(session, 'FAIL AT 300');
  expect((await client.fetch(operation, 200)).rows).toHaveLength(200);
  await expect(client.fetch(operation, 200)).rejects.toMatchObject({
    sqlState: '22012',
    message: 'broke at 300',
  });
  await expect(client.fetch(operation, 200)).rejects.toMatchObject({ sqlState: '22012' });
  expect(await client.status(operation)).toMatchObject({
    operationState: TOperationState.ERROR,
    sqlState: '22012',
  });
  expect(fixture.executor.openCursors.size).toBe(0);
});

it('cancels a running statement from another connection', async () => {
  const { fixture, client, session } = await start({ 'kyuubi.operation.status.polling.timeout': 'PT20S' });
  const operation = await client.run(session, 'HANG', { runAsync: true });
  const polled = client.status(operation);
  const other = await fixture.connect('bob');
  await other.cancel(operation);
  expect(await polled).toMatchObject({ operationState: TOperationState.CANCELED, sqlState: '57014' });
  await expect(client.fetch(operation)).rejects.toMatchObject({ sqlState: '57014' });
});

it('fails a synchronous statement that is canceled with 57014', async () => {
  const { fixture, client, session } = await start();
  const overlay = new Map([['kyuubi.operation.handle', '11111111-2222-3333-4444-555555555555']]);
  const executed = client.execute(session, 'HANG', { confOverlay: overlay });
  const other = await fixture.connect();
  const guid = Buffer.from('11111111222233334444555555555555', 'hex');
  const handle = { operationId: { guid, secret: guid }, operationType: 0, hasResultSet: false } as const;
  await expect.poll(() => fixture.executor.statements).toEqual(['HANG']);
  await other.cancel(handle);
  expect((await executed).status).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '57014' });
});

it('stops a result that is being read when it is canceled', async () => {
  const { fixture, client, session } = await start();
  const operation = await client.run(session, 'STREAM');
  const fetched = client.fetch(operation);
  const other = await fixture.connect();
  await expect.poll(() => fixture.executor.openCursors.size).toBe(1);
  await other.cancel(operation);
  await expect(fetched).rejects.toMatchObject({ sqlState: '57014' });
  expect(await other.status(operation)).toMatchObject({ operationState: TOperationState.CANCELED });
  await expect.poll(() => fixture.executor.openCursors.size).toBe(0);
});

it('leaves a finished and fully read result alone when it is canceled', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'SELECT 5');
  await client.fetch(operation);
  await client.cancel(operation);
  expect(await client.status(operation)).toMatchObject({ operationState: TOperationState.FINISHED });
  expect(await client.fetch(operation, 10, FETCH_FIRST)).toMatchObject({ startRow: 0 });
});

it('keeps the place of a statement that does not stop, until it does', async () => {
  const { fixture, client, session } = await start({
    'kyuubi.backend.engine.exec.pool.size': '1',
    'kyuubi.backend.engine.exec.pool.wait.queue.size': '1',
    'kyuubi.operation.status.polling.timeout': 'PT20S',
  });
  const stubborn = await client.run(session, 'STUBBORN', { runAsync: true });
  await client.cancel(stubborn);
  const waiting = await client.run(session, 'SELECT 1', { runAsync: true });
  const refused = await client.execute(session, 'SELECT 2', { runAsync: true });
  expect(refused.status).toMatchObject({
    sqlState: '53000',
    errorMessage: expect.stringContaining('kyuubi.backend.engine.exec.pool.size'),
  });
  fixture.executor.release();
  await expect.poll(async () => (await client.status(waiting)).operationState).toBe(TOperationState.FINISHED);
  // The result that came after the cancel was thrown away.
  expect(await client.status(stubborn)).toMatchObject({ operationState: TOperationState.CANCELED });
});

it('lets a waiting statement be canceled', async () => {
  const { fixture, client, session } = await start({ 'kyuubi.backend.engine.exec.pool.size': '1' });
  const running = await client.run(session, 'WAIT', { runAsync: true });
  const waiting = await client.run(session, 'SELECT 1', { runAsync: true });
  expect(await client.status(waiting)).toMatchObject({ operationState: TOperationState.PENDING });
  await client.cancel(waiting);
  expect(await client.status(waiting)).toMatchObject({ operationState: TOperationState.CANCELED });
  fixture.executor.release();
  await expect.poll(async () => (await client.status(running)).operationState).toBe(TOperationState.FINISHED);
  expect(fixture.executor.statements).toEqual(['WAIT']);
});

it.each([
  ['the client’s', {}, 2n, 2],
  ['the engine’s, when the client has none', { 'kyuubi.operation.query.timeout': 'PT3S' }, 0n, 3],
  ['the smaller of both', { 'kyuubi.operation.query.timeout': 'PT1S' }, 5n, 1],
])('times a statement out: %s', async (__, conf, queryTimeout, seconds) => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ conf, clock });
  const client = await fixture.connect();
  const session = await client.open();
  const executed = client.execute(session, 'HANG', { queryTimeout });
  await expect.poll(() => fixture.executor.statements).toEqual(['HANG']);
  await clock.advance(seconds * 1000 - 1);
  await clock.advance(1);
  expect((await executed).status).toMatchObject({
    sqlState: 'HYT00',
    errorMessage: `Query timed out after ${seconds} seconds`,
  });
});

it.each([
  [TProtocolVersion.V8, TOperationState.CANCELED],
  [TProtocolVersion.V9, TOperationState.TIMEDOUT],
])('tells a time-out to protocol %i as state %i', async (protocol, state) => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ clock });
  const client = await fixture.connect();
  const session = await client.open({ protocol });
  const executed = client.run(session, 'HANG', { runAsync: true, queryTimeout: 1n });
  await expect.poll(() => fixture.executor.statements).toEqual(['HANG']);
  await clock.advance(1000);
  const operation = await executed;
  expect(await client.status(operation)).toMatchObject({ operationState: state, sqlState: 'HYT00' });
});

it('adopts kyuubi.operation.handle once, and refuses it when it is taken or no UUID', async () => {
  const { client, session } = await start();
  const id = '00112233-4455-6677-8899-aabbccddeeff';
  const confOverlay = new Map([['kyuubi.operation.handle', id]]);
  const operation = await client.run(session, 'SELECT 1', { confOverlay });
  expect(Buffer.from(operation.operationId.guid).toString('hex')).toBe(id.replaceAll('-', ''));
  const again = await client.execute(session, 'SELECT 1', { confOverlay });
  expect(again.status.errorMessage).toContain(`${id} is in use`);
  const wrong = await client.execute(session, 'SELECT 1', {
    confOverlay: new Map([['kyuubi.operation.handle', 'x']]),
  });
  expect(wrong.status.errorMessage).toContain('not a UUID');
  expect(await client.connection.call('GetQueryId', { operationHandle: operation })).toEqual({ queryId: id });
});

it('hands the overlay on without what is meant for the host', async () => {
  const { client, session } = await start();
  const confOverlay = new Map([
    ['kyuubi.operation.handle', '00112233-4455-6677-8899-aabbccddeeff'],
    ['a.b', 'c'],
  ]);
  const operation = await client.run(session, 'OVERLAY', { confOverlay });
  expect(await client.log(operation)).toContain('{"a.b":"c"}');
});

it('reads the operation log on and from its start', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'LOG hello\nworld');
  const first = await client.log(operation);
  expect(first).toEqual([
    expect.stringContaining('in RUNNING_STATE, statement:'),
    'LOG hello',
    'world',
    'hello',
    'world',
    expect.stringMatching(/in FINISHED_STATE, time taken: [\d.]+ seconds/),
  ]);
  expect(await client.log(operation)).toEqual([]);
  expect(await client.log(operation, FETCH_FIRST, 2)).toEqual(first.slice(0, 2));
  expect(await client.log(operation, FETCH_NEXT, 2)).toEqual(first.slice(2, 4));
  await expect(client.log(operation, FETCH_PRIOR)).rejects.toMatchObject({ sqlState: 'HY106' });
});

it('checks the secret of a handle of its own making', async () => {
  const { client, session } = await start();
  const operation = await client.run(session, 'SELECT 1');
  const forged = { ...operation, operationId: withWrongSecret(operation.operationId) };
  expect((await client.status(forged)).status).toMatchObject({ sqlState: '24000' });
  await expect(client.fetch(forged)).rejects.toBeInstanceOf(StatusError);
  expect((await client.fetch(operation)).rows).toHaveLength(1);
});

it('closes an operation for good', async () => {
  const { fixture, client, session } = await start();
  const operation = await client.run(session, 'SELECT 100000');
  await client.fetch(operation, 10);
  expect(fixture.executor.openCursors.size).toBe(1);
  await client.close(operation);
  expect(fixture.executor.openCursors.size).toBe(0);
  await expect(client.close(operation)).rejects.toMatchObject({ sqlState: '24000' });
  await expect(client.fetch(operation)).rejects.toMatchObject({ sqlState: '24000' });
});

it('does not wait for a running statement when it is closed', async () => {
  const { fixture, client, session } = await start();
  const operation = await client.run(session, 'STUBBORN', { runAsync: true });
  await client.close(operation);
  expect((await client.status(operation)).status.sqlState).toBe('24000');
  fixture.executor.release();
  await expect.poll(() => fixture.executor.openCursors.size).toBe(0);
});

it('answers an eager fetch of a running statement by its state', async () => {
  const { client } = await start({ 'kyuubi.operation.status.polling.timeout': '10' });
  const session = await client.open();
  const operation = await client.run(session, 'HANG', { runAsync: true });
  await expect(client.fetch(operation)).rejects.toMatchObject({ sqlState: 'HY010' });
  await expect(client.columns(operation)).rejects.toMatchObject({ sqlState: 'HY010' });
  await expect(client.fetch(operation, -1)).rejects.toMatchObject({
    message: expect.stringContaining('maxRows is -1'),
  });
});

it('serves fetches of one operation from two connections one after the other', async () => {
  const { fixture, client, session } = await start();
  const other = await fixture.connect();
  const operation = await client.run(session, 'SELECT 20000');
  const replies = await Promise.all(
    Array.from({ length: 20 }, (__, i) => (i % 2 === 0 ? client : other).fetch(operation, 1000)),
  );
  const starts = replies.map((reply) => reply.startRow).sort((a, b) => a - b);
  expect(starts).toEqual(Array.from({ length: 20 }, (__, i) => i * 1000));
});

it('bounds the open operations of a session', async () => {
  const { fixture, client, session } = await start();
  for (let i = 0; i < 1000; i++) await client.run(session, 'SELECT 0');
  expect((await client.execute(session, 'SELECT 0')).status).toMatchObject({ sqlState: '53000' });
  await client.closeSession(session);
  await settle();
  expect(fixture.executor.openCursors.size).toBe(0);
});
