import { afterEach, describe, expect, it } from 'vitest';
import {
  TFetchOrientation,
  TGetInfoType,
  TOperationState,
  TProtocolVersion,
  TTypeId,
} from '../messages/enums.ts';
import { columnValues, type Value } from '../rowset/column-values.ts';
import { HiveServer, startHttpHiveServer } from '../testing/hive-server.ts';
import { TableServer } from '../testing/table-server.ts';
import { HiveClient } from './hive-client.ts';
import type { HiveSession } from './hive-session.ts';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Way = 'SASL' | 'NOSASL' | 'HTTP';
const ways: readonly Way[] = ['SASL', 'NOSASL', 'HTTP'];

async function connect(way: Way, table: TableServer): Promise<HiveClient> {
  const client = await (way === 'HTTP' ? connectHttp(table) : connectBinary(way, table));
  closers.push(() => client.destroy(new Error('test over')));
  return client;
}

async function connectHttp(table: TableServer): Promise<HiveClient> {
  const server = await startHttpHiveServer(table.handlers);
  closers.push(() => server.close());
  return HiveClient.connect({
    mode: 'http',
    url: server.url,
    auth: { scheme: 'basic', user: 'ann', password: 'x' },
  });
}

async function connectBinary(way: 'SASL' | 'NOSASL', table: TableServer): Promise<HiveClient> {
  const mechanism = way === 'SASL' ? 'PLAIN' : 'NOSASL';
  const server = await HiveServer.start({ handlers: table.handlers, mechanism });
  closers.push(() => server.close());
  const auth =
    mechanism === 'PLAIN' ? ({ mechanism, user: 'ann', password: 'x' } as const) : ({ mechanism } as const);
  return HiveClient.connect({ host: server.host, port: server.port, auth });
}

async function openSession(table = new TableServer(), way: Way = 'SASL'): Promise<HiveSession> {
  const client = await connect(way, table);
  return client.openSession();
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

const expectedRows = (count: number): (readonly Value[])[] =>
  Array.from({ length: count }, (_, row) => [BigInt(row), row % 5 === 4 ? null : `row ${row}`]);

describe.each(ways)('a session over %s', (way) => {
  it('runs a statement and reads its rows', async () => {
    const session = await openSession(new TableServer(), way);
    const operation = await session.execute('rows');
    expect(operation.hasResultSet).toBe(true);
    expect(await operation.wait()).toMatchObject({ operationState: TOperationState.FINISHED });
    expect(await collect(operation.rows({ fetchRows: 10 }))).toEqual(expectedRows(25));
    expect(await collect(operation.rows())).toEqual([]);
    await operation.close();
    await session.close();
  });
});

describe('openSession', () => {
  it('sends what it is given and keeps what it gets', async () => {
    const table = new TableServer();
    const client = await connect('NOSASL', table);
    const session = await client.openSession({
      user: 'bob',
      password: 'pw',
      configuration: { 'use:database': 'sales' },
      clientProtocol: TProtocolVersion.V6,
    });
    expect(table.requests[0]?.request).toEqual({
      clientProtocol: TProtocolVersion.V6,
      username: 'bob',
      password: 'pw',
      configuration: new Map([['use:database', 'sales']]),
    });
    expect(session.protocol).toBe(TProtocolVersion.V6);
    expect(session.configuration).toEqual(new Map([['user', 'bob']]));
  });

  it('asks for V10 and leaves user and password to the connection', async () => {
    const table = new TableServer();
    const session = await openSession(table);
    expect(table.requests[0]?.request).toEqual({
      clientProtocol: TProtocolVersion.V10,
      configuration: new Map(),
    });
    expect(session.configuration.get('user')).toBe('ann');
  });

  it('throws the server’s refusal with all it says', async () => {
    const client = await connect('NOSASL', new TableServer());
    await expect(client.openSession({ user: 'mallory' })).rejects.toMatchObject({
      name: 'HiveError',
      message: 'not you',
      sqlState: '28000',
      errorCode: 7,
      infoMessages: ['*java.lang.Stack'],
      operationState: null,
    });
  });
});

describe('execute', () => {
  it('sends overlay, time-out in seconds and the way to run', async () => {
    const table = new TableServer();
    const session = await openSession(table);
    await session.execute('rows', { confOverlay: { a: 'b' }, queryTimeoutMs: 1500, runAsync: false });
    expect(table.requests.at(-1)?.request).toMatchObject({
      statement: 'rows',
      confOverlay: new Map([['a', 'b']]),
      runAsync: false,
      queryTimeout: 2n,
    });
    await session.execute('rows');
    expect(table.requests.at(-1)?.request).toMatchObject({ runAsync: true, queryTimeout: 0n });
  });

  it.each([true, false])('waits for the answer as long as it is told, runAsync: %s', async (runAsync) => {
    const table = new TableServer();
    const session = await openSession(table);
    table.gate = new Promise(() => {});
    await expect(session.execute('rows', { runAsync, timeoutMs: 40 })).rejects.toMatchObject({
      kind: 'timeout',
      message: 'no answer to ExecuteStatement within 40 ms',
    });
  });

  it('throws a failure that is known at once', async () => {
    const session = await openSession();
    await expect(session.execute('syntax')).rejects.toMatchObject({
      name: 'HiveError',
      sqlState: '42000',
      errorCode: 40000,
      statusCode: 3,
    });
  });

  it('aborted before its answer is cancelled and closed when the answer comes', async () => {
    const table = new TableServer();
    let release = (): void => {};
    table.gate = new Promise((resolve) => {
      release = resolve;
    });
    const session = await openSession(table);
    const controller = new AbortController();
    const executing = session.execute('slow', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(executing).rejects.toThrow('enough');
    release();
    await Promise.all([table.cancelled, table.closed]);
    expect(await session.info(TGetInfoType.SERVER_NAME)).toBe('Table Server');
  });

  it('with a signal that is aborted already sends nothing', async () => {
    const table = new TableServer();
    const session = await openSession(table);
    await expect(session.execute('rows', { signal: AbortSignal.abort(new Error('late')) })).rejects.toThrow(
      'late',
    );
    expect(table.requests.map(({ method }) => method)).toEqual(['OpenSession']);
  });

  it('of a statement without rows gives an operation without a result', async () => {
    const session = await openSession();
    const operation = await session.execute('set');
    expect(operation.hasResultSet).toBe(false);
  });
});

describe('wait', () => {
  it('throws what the operation failed of', async () => {
    const operation = await (await openSession()).execute('fail');
    await expect(operation.wait()).rejects.toMatchObject({
      name: 'HiveError',
      message: 'division by zero',
      sqlState: '22012',
      errorCode: 12,
      operationState: TOperationState.ERROR,
      statusCode: null,
    });
  });

  it('throws SQLSTATE 57014 when cancelled, HYT00 when timed out', async () => {
    const session = await openSession();
    const slow = await session.execute('slow');
    await slow.cancel();
    await expect(slow.wait()).rejects.toMatchObject({
      sqlState: '57014',
      operationState: TOperationState.CANCELED,
    });
    const timeout = await session.execute('timeout');
    await expect(timeout.wait()).rejects.toMatchObject({
      sqlState: 'HYT00',
      message: 'the operation timed out',
    });
  });

  it('throws when the status call itself fails', async () => {
    const operation = await (await openSession()).execute('lost');
    await expect(operation.wait()).rejects.toMatchObject({
      message: 'Invalid OperationHandle',
      statusCode: 3,
    });
  });

  it.each(ways)('aborted cancels the operation on the server, over %s', async (way) => {
    const table = new TableServer();
    const operation = await (await openSession(table, way)).execute('slow');
    const controller = new AbortController();
    const waiting = operation.wait({ signal: controller.signal });
    await operation.status();
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await table.cancelled;
  });
});

describe('a result', () => {
  it('has a schema with types as Hive spells them', async () => {
    const operation = await (await openSession()).execute('rows');
    const schema = await operation.schema();
    expect(schema.map(({ name, type, typeId, comment }) => ({ name, type, typeId, comment }))).toEqual([
      { name: 'id', type: 'bigint', typeId: TTypeId.BIGINT, comment: 'the key' },
      { name: 'name', type: 'varchar(20)', typeId: TTypeId.VARCHAR, comment: null },
    ]);
    expect(await operation.schema()).toBe(schema);
  });

  it('comes in batches of the size asked for', async () => {
    const operation = await (await openSession()).execute('rows');
    const batches = await collect(operation.batches({ fetchRows: 10 }));
    expect(batches.map((batch) => batch.rowCount)).toEqual([10, 10, 5]);
    expect(batches.flatMap((batch) => columnValues(batch.columns[0] as never))).toEqual(
      expectedRows(25).map(([id]) => id),
    );
  });

  it('can be fetched anew from the start', async () => {
    const operation = await (await openSession()).execute('rows');
    const first = await operation.fetch(10);
    const second = await operation.fetch(10);
    const again = await operation.fetch(10, TFetchOrientation.FETCH_FIRST);
    expect([first, second, again].map(({ startRowOffset }) => startRowOffset)).toEqual([0n, 10n, 0n]);
    expect(again.batch).toEqual(first.batch);
  });

  it('may be left early', async () => {
    const table = new TableServer(1_000_000);
    const operation = await (await openSession(table)).execute('rows');
    let seen = 0;
    for await (const [id] of operation.rows({ fetchRows: 100 })) {
      expect(id).toBe(BigInt(seen));
      seen += 1;
      if (seen === 150) break;
    }
    expect((await operation.fetch(1)).startRowOffset).toBe(200n);
  });

  it('of an aborted reader is cancelled on the server', async () => {
    const table = new TableServer(1_000_000);
    const operation = await (await openSession(table)).execute('rows');
    const controller = new AbortController();
    const reading = async () => {
      for await (const [id] of operation.rows({ signal: controller.signal, fetchRows: 10 })) {
        if (id === 15n) controller.abort(new Error('enough'));
      }
    };
    await expect(reading()).rejects.toThrow('enough');
    await table.cancelled;
  });
});

describe('an operation', () => {
  it('gives its log line by line, each once', async () => {
    const operation = await (await openSession()).execute('rows');
    expect(await operation.log()).toEqual(['compiling', 'running', 'done']);
    expect(await operation.log()).toEqual([]);
  });

  it('is closed once', async () => {
    const table = new TableServer();
    const operation = await (await openSession(table)).execute('rows');
    await operation.close();
    await operation.close();
    expect(table.requests.filter(({ method }) => method === 'CloseOperation')).toHaveLength(1);
  });

  it('can be taken up by its handle', async () => {
    const session = await openSession();
    const { handle } = await session.execute('rows');
    expect(await collect(session.operation(handle).rows())).toEqual(expectedRows(25));
  });
});

describe('the catalog', () => {
  it('has nine calls, which are operations', async () => {
    const table = new TableServer();
    const session = await openSession(table);
    const operations = [
      await session.getTypeInfo(),
      await session.getCatalogs(),
      await session.getSchemas({ schemaName: 's%' }),
      await session.getTables({ schemaName: 's', tableName: '%', tableTypes: ['VIEW'] }),
      await session.getTableTypes(),
      await session.getColumns({ columnName: 'c' }),
      await session.getFunctions(),
      await session.getPrimaryKeys({ tableName: 't' }),
      await session.getCrossReference({ parentTableName: 'p', foreignTableName: 'f' }),
    ];
    expect(operations.map(({ handle }) => handle.operationType)).toEqual([1, 2, 3, 4, 5, 6, 7, 7, 7]);
    const requests = table.requests.slice(1).map(({ request }) => {
      const { sessionHandle: _handle, ...filter } = request as Record<string, unknown>;
      return filter;
    });
    expect(requests).toEqual([
      {},
      {},
      { schemaName: 's%' },
      { schemaName: 's', tableName: '%', tableTypes: ['VIEW'] },
      {},
      { columnName: 'c' },
      { functionName: '%' },
      { tableName: 't' },
      { parentTableName: 'p', foreignTableName: 'f' },
    ]);
    expect(await collect((operations.at(-1) as (typeof operations)[0]).rows())).toHaveLength(25);
  });

  it('tells about the server', async () => {
    const session = await openSession();
    expect(await session.info(TGetInfoType.SERVER_NAME)).toBe('Table Server');
    expect(await session.info(TGetInfoType.MAX_TABLE_NAME_LEN)).toBe(128n);
  });
});

describe('closing the client', () => {
  it('closes its sessions first', async () => {
    const table = new TableServer();
    const server = await HiveServer.start({ handlers: table.handlers });
    closers.push(() => server.close());
    const client = await HiveClient.connect({
      host: server.host,
      port: server.port,
      auth: { mechanism: 'PLAIN', user: 'a', password: 'b' },
    });
    const [first] = [await client.openSession(), await client.openSession()];
    await first?.close();
    await first?.close();
    await client.close();
    await client.close();
    expect(server.calls).toEqual(['OpenSession', 'OpenSession', 'CloseSession', 'CloseSession']);
  });

  it('goes on when a session cannot be closed', async () => {
    const { CloseSession: _left, ...handlers } = new TableServer().handlers;
    const server = await HiveServer.start({ handlers });
    closers.push(() => server.close());
    const client = await HiveClient.connect({
      host: server.host,
      port: server.port,
      auth: { mechanism: 'PLAIN', user: 'a', password: 'b' },
    });
    await client.openSession();
    await client.close();
    await expect(client.openSession()).rejects.toMatchObject({ kind: 'closed' });
  });
});
