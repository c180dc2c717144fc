import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TStatusCode } from '../messages/enums.ts';
import { requestTable, responseTable } from '../messages/methods.ts';
import type { Codec } from '../messages/codec.ts';
import { HiveServer, startHttpHiveServer } from '../testing/hive-server.ts';
import { fromOracle, toOracle } from '../testing/oracle.ts';
import { sessionHandle, TableServer } from '../testing/table-server.ts';
import { HiveClient } from './hive-client.ts';

// npm hive-driver and npm thrift share no code with this package: one drives our server side, the other answers our client.
interface DriverOperation {
  close(): Promise<unknown>;
}
interface DriverSession {
  executeStatement(statement: string, options: object): Promise<DriverOperation>;
  getTables(request: object): Promise<DriverOperation>;
  getInfo(type: number): Promise<{ getValue(): unknown }>;
  close(): Promise<unknown>;
}
interface DriverClient {
  connect(
    options: object,
    connection: object,
    auth: object,
  ): Promise<{ openSession(request: object): Promise<DriverSession> }>;
  close(): void;
}
interface Driver {
  readonly HiveClient: new (service: object, types: object) => DriverClient;
  readonly HiveUtils: new (
    types: object,
  ) => {
    waitUntilReady(operation: DriverOperation, progress: boolean, callback: () => void): Promise<unknown>;
    fetchAll(operation: DriverOperation): Promise<unknown>;
    getResult(operation: DriverOperation): { getValue(): unknown };
  };
  readonly thrift: { readonly TCLIService: object; readonly TCLIService_types: object };
  readonly connections: Readonly<Record<'TcpConnection' | 'HttpConnection', new () => object>>;
  readonly auth: Readonly<
    Record<
      'PlainTcpAuthentication' | 'NoSaslAuthentication' | 'PlainHttpAuthentication',
      new (
        options?: object,
      ) => object
    >
  >;
}
const require = createRequire(import.meta.url);
const driver = require('hive-driver') as Driver;
const thrift = require('thrift') as { createServer(service: object, handler: object): Server };
const service = require('hive-driver/thrift/gen-nodejs/TCLIService.js') as object;

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const login = { username: 'ann', password: 'secret' };

async function driverSession(way: 'SASL' | 'NOSASL' | 'HTTP', table: TableServer): Promise<DriverSession> {
  const { TCLIService, TCLIService_types } = driver.thrift;
  const client = new driver.HiveClient(TCLIService, TCLIService_types);
  closers.push(() => client.close());
  const connected = await (way === 'HTTP' ? overHttp(client, table) : overTcp(client, table, way));
  return connected.openSession({ client_protocol: 9, username: 'ann' });
}

async function overTcp(client: DriverClient, table: TableServer, way: 'SASL' | 'NOSASL') {
  const mechanism = way === 'SASL' ? 'PLAIN' : 'NOSASL';
  const server = await HiveServer.start({ handlers: table.handlers, mechanism });
  closers.push(() => server.close());
  const { PlainTcpAuthentication, NoSaslAuthentication } = driver.auth;
  const auth = way === 'SASL' ? new PlainTcpAuthentication(login) : new NoSaslAuthentication();
  return client.connect(
    { host: server.host, port: server.port },
    new driver.connections.TcpConnection(),
    auth,
  );
}

async function overHttp(client: DriverClient, table: TableServer) {
  const server = await startHttpHiveServer(table.handlers);
  closers.push(() => server.close());
  const { port } = new URL(server.url);
  const options = { host: '127.0.0.1', port: Number(port), options: { path: '/cliservice', https: false } };
  return client.connect(
    options,
    new driver.connections.HttpConnection(),
    new driver.auth.PlainHttpAuthentication(login),
  );
}

describe.each(['SASL', 'NOSASL', 'HTTP'] as const)('npm hive-driver over %s', (way) => {
  it('runs a statement on our server side and reads its rows', async () => {
    const session = await driverSession(way, new TableServer(250));
    const utils = new driver.HiveUtils(driver.thrift.TCLIService_types);
    const operation = await session.executeStatement('rows', { runAsync: true });
    await utils.waitUntilReady(operation, false, () => {});
    // It fetches 100 rows at a time until there are none: our hasMoreRows says nothing.
    await utils.fetchAll(operation);
    const rows = utils.getResult(operation).getValue() as { id: number; name: string | null }[];
    expect(rows.slice(0, 5).map(({ id, name }) => [Number(id), name])).toEqual([
      [0, 'row 0'],
      [1, 'row 1'],
      [2, 'row 2'],
      [3, 'row 3'],
      [4, null],
    ]);
    await operation.close();
    await session.close();
  });

  it('asks for tables and for the server’s name', async () => {
    const table = new TableServer();
    const session = await driverSession(way, table);
    await session.getTables({ schemaName: 's%', tableName: 't' });
    expect(table.requests.at(-1)?.request).toMatchObject({ schemaName: 's%', tableName: 't' });
    expect((await session.getInfo(13)).getValue()).toBe('Table Server');
  });

  it('is told of an error', async () => {
    const session = await driverSession(way, new TableServer());
    await expect(session.executeStatement('syntax', { runAsync: true })).rejects.toThrow('mismatched input');
  });
});

describe('our client over NOSASL with npm thrift’s server', () => {
  type Done = (error: Error | null, response?: unknown) => void;
  const success = { statusCode: TStatusCode.SUCCESS };
  const operationHandle = { operationId: sessionHandle.sessionId, operationType: 0, hasResultSet: true };
  const seen: unknown[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    OpenSession: {
      status: success,
      serverProtocolVersion: 9,
      sessionHandle,
      configuration: new Map([['a', 'b']]),
    },
    CloseSession: { status: success },
    ExecuteStatement: { status: success, operationHandle },
    GetOperationStatus: { status: success, operationState: 2 },
    FetchResults: {
      status: success,
      hasMoreRows: false,
      results: {
        startRowOffset: 0n,
        rows: [],
        columns: [{ i64Val: { values: [1n, 2n], nulls: Buffer.of(0b10) } }],
      },
    },
    GetInfo: {
      status: { statusCode: TStatusCode.ERROR, errorMessage: 'no info', sqlState: 'HY000' },
      infoValue: { stringValue: '' },
    },
  };

  async function connect(): Promise<HiveClient> {
    const handler = Object.fromEntries(
      Object.entries(answers).map(([method, answer]) => [
        method,
        (request: unknown, done: Done) => {
          seen.push(fromOracle(requestTable(method as 'OpenSession') as Codec<unknown>, request));
          done(
            null,
            toOracle(responseTable(method as 'OpenSession') as Codec<unknown>, answer, `T${method}Resp`),
          );
        },
      ]),
    );
    const server = thrift.createServer(service, handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    const client = await HiveClient.connect({ host: '127.0.0.1', port, auth: { mechanism: 'NOSASL' } });
    closers.push(() => client.destroy(new Error('test over')));
    return client;
  }

  it('runs a statement', async () => {
    const session = await (await connect()).openSession({ user: 'ann' });
    expect(session.configuration).toEqual(new Map([['a', 'b']]));
    const operation = await session.execute('select 1', { confOverlay: { k: 'v' } });
    await operation.wait();
    const { batch } = await operation.fetch(10);
    expect(batch.columns).toEqual([
      { kind: 'i64', length: 2, values: BigInt64Array.of(1n, 2n), nulls: Uint8Array.of(0b10) },
    ]);
    await session.close();
    expect(seen).toContainEqual({
      sessionHandle,
      statement: 'select 1',
      confOverlay: new Map([['k', 'v']]),
      runAsync: true,
      queryTimeout: 0n,
    });
  });

  it('throws its errors and lives on', async () => {
    const session = await (await connect()).openSession();
    await expect(session.info(13)).rejects.toMatchObject({
      name: 'HiveError',
      message: 'no info',
      sqlState: 'HY000',
    });
    await expect(session.execute('select 1')).resolves.toMatchObject({ hasResultSet: true });
  });
});
