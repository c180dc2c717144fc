import { afterEach, describe, expect, it } from 'vitest';
import { EncodedReply, type Handlers } from '../dispatch/handlers.ts';
import { encodeReply } from '../messages/calls.ts';
import { TOperationState, TProtocolVersion, TStatusCode } from '../messages/enums.ts';
import { type CallContext, HiveServer } from '../testing/hive-server.ts';
import { sessionHandle, TableServer } from '../testing/table-server.ts';
import { HiveClient } from './hive-client.ts';
import type { HiveOperation } from './hive-operation.ts';

// What the IDL allows and no good server does, and some things that real ones do.
const success = { statusCode: TStatusCode.SUCCESS };
const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function connect(odd: Handlers<CallContext>): Promise<HiveClient> {
  const server = await HiveServer.start({ handlers: { ...new TableServer().handlers, ...odd } });
  closers.push(() => server.close());
  const auth = { mechanism: 'PLAIN', user: 'ann', password: 'x' } as const;
  const client = await HiveClient.connect({ host: server.host, port: server.port, auth });
  closers.push(() => client.destroy(new Error('test over')));
  return client;
}

async function execute(odd: Handlers<CallContext>): Promise<HiveOperation> {
  const session = await (await connect(odd)).openSession();
  return session.execute('rows');
}

describe('a server that', () => {
  it('opens a session without a handle', async () => {
    const client = await connect({
      OpenSession: async () => ({ status: success, serverProtocolVersion: TProtocolVersion.V10 }),
    });
    await expect(client.openSession()).rejects.toThrow('OpenSession succeeded, yet gave no session handle');
  });

  it('tells no configuration', async () => {
    const client = await connect({
      OpenSession: async () => ({
        status: success,
        serverProtocolVersion: TProtocolVersion.V10,
        sessionHandle,
      }),
    });
    expect((await client.openSession()).configuration).toEqual(new Map());
  });

  it('starts a statement without a handle', async () => {
    const executing = execute({ ExecuteStatement: async () => ({ status: success }) });
    await expect(executing).rejects.toThrow('ExecuteStatement succeeded, yet gave no operation handle');
  });

  it('starts a catalog call without a handle', async () => {
    const session = await (await connect({ GetTables: async () => ({ status: success }) })).openSession();
    await expect(session.getTables()).rejects.toThrow('GetTables succeeded, yet gave no operation handle');
  });

  it('has no row set in its reply', async () => {
    const operation = await execute({ FetchResults: async () => ({ status: success, hasMoreRows: true }) });
    expect(await operation.fetch()).toEqual({
      startRowOffset: 0n,
      batch: { rowCount: 0, columns: [] },
      hasMoreRows: true,
    });
    for await (const row of operation.rows()) throw new Error(`a row came: ${String(row)}`);
    expect(await operation.log()).toEqual([]);
  });

  it('has no columns in its row set', async () => {
    const operation = await execute({
      FetchResults: async () => ({ status: success, results: { startRowOffset: 7n, rows: [] } }),
    });
    expect(await operation.fetch()).toMatchObject({
      startRowOffset: 7n,
      batch: { rowCount: 0, columns: [] },
    });
  });

  it('answers below V6 in rows', async () => {
    const colVals = [{ i32Val: { value: 5 } }, { stringVal: {} }];
    let fetches = 0;
    const operation = await execute({
      FetchResults: async () => {
        fetches += 1;
        return { status: success, results: { startRowOffset: 0n, rows: fetches === 1 ? [{ colVals }] : [] } };
      },
    });
    const rows: unknown[] = [];
    for await (const row of operation.rows()) rows.push(row);
    expect(rows).toEqual([[5, null]]);
  });

  it('sends masks of no bytes, as Spark does', async () => {
    let fetches = 0;
    const operation = await execute({
      FetchResults: async () => {
        fetches += 1;
        const values = fetches === 1 ? ['a', 'b'] : [];
        const columns = [{ stringVal: { values, nulls: Buffer.alloc(0) } }];
        return { status: success, results: { startRowOffset: 0n, rows: [], columns } };
      },
    });
    const rows: unknown[] = [];
    for await (const row of operation.rows()) rows.push(row);
    expect(rows).toEqual([['a'], ['b']]);
  });

  it('has no schema', async () => {
    const operation = await execute({ GetResultSetMetadata: async () => ({ status: success }) });
    expect(await operation.schema()).toEqual([]);
  });

  it('tells no state', async () => {
    const operation = await execute({ GetOperationStatus: async () => ({ status: success }) });
    await expect(operation.wait()).rejects.toThrow('the operation failed, the server gave no reason');
  });

  it('closes the operation by itself', async () => {
    const operation = await execute({
      GetOperationStatus: async () => ({ status: success, operationState: TOperationState.CLOSED }),
    });
    await expect(operation.wait()).rejects.toMatchObject({ sqlState: '24000' });
  });

  it('still executes when asked to fetch', async () => {
    const status = { statusCode: TStatusCode.STILL_EXECUTING };
    const operation = await execute({ FetchResults: async () => ({ status }) });
    expect((await operation.fetch()).batch.rowCount).toBe(0);
  });

  it('does not know the handle any more', async () => {
    const status = { statusCode: TStatusCode.INVALID_HANDLE };
    const operation = await execute({
      FetchResults: async () => ({ status }),
      CancelOperation: async () => ({ status }),
      CloseOperation: async () => ({ status }),
    });
    const expected = { name: 'HiveError', statusCode: TStatusCode.INVALID_HANDLE };
    await expect(operation.fetch()).rejects.toMatchObject(expected);
    await expect(operation.cancel()).rejects.toMatchObject(expected);
    await expect(operation.close()).rejects.toMatchObject(expected);
  });

  it('knows no FetchResults', async () => {
    const session = await (await connect({})).openSession();
    const operation = await session.execute('rows');
    const { FetchResults: _left, ...rest } = new TableServer().handlers;
    const other = await HiveServer.start({ handlers: rest });
    closers.push(() => other.close());
    const auth = { mechanism: 'PLAIN', user: 'ann', password: 'x' } as const;
    const client = await HiveClient.connect({ host: other.host, port: other.port, auth });
    closers.push(() => client.destroy(new Error('test over')));
    const moved = (await client.openSession()).operation(operation.handle);
    await expect(moved.fetch()).rejects.toMatchObject({ name: 'ApplicationError', type: 1 });
  });

  it('answers another method than asked', async () => {
    const operation = await execute({
      FetchResults: async () => new EncodedReply(encodeReply('GetQueryId', 0, { queryId: 'x' })),
    });
    await expect(operation.fetch()).rejects.toMatchObject({ name: 'ApplicationError', type: 3 });
  });

  it('sends columns of different lengths', async () => {
    const columns = [
      { i32Val: { values: [1, 2], nulls: Buffer.alloc(1) } },
      { i32Val: { values: [1], nulls: Buffer.alloc(1) } },
    ];
    const operation = await execute({
      FetchResults: async () => ({ status: success, results: { startRowOffset: 0n, rows: [], columns } }),
    });
    await expect(operation.fetch()).rejects.toThrow('column 1 has 1 rows, column 0 has 2');
  });
});

describe('a client that is destroyed', () => {
  it('rejects all its calls at once and leaves the sessions to the server', async () => {
    const client = await connect({ GetInfo: () => new Promise(() => {}) });
    const session = await client.openSession();
    const calls = [session.info(13), session.info(17), session.execute('rows')];
    const error = new Error('shutting down');
    client.destroy(error);
    for (const outcome of await Promise.allSettled(calls))
      expect(outcome).toEqual({ status: 'rejected', reason: error });
    await expect(session.close()).rejects.toMatchObject({ kind: 'closed' });
    await client.close();
  });
});
