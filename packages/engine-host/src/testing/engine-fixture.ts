import { type Clock, issueGatewayToken, silentLogger, systemClock } from '@senbon/core';
import {
  type ClientAuth,
  FetchType,
  type RequestOf,
  type ResponseOf,
  ThriftConnection,
  type THandleIdentifier,
  TFetchOrientation,
  type TOperationHandle,
  type TProtocolVersion,
  TProtocolVersion as Version,
  type TSessionHandle,
  decodeRowSet,
  valueAt,
  type Value,
} from '@senbon/hive-thrift';
import { onTestFinished } from 'vitest';
import { type RunningEngine, runEngine } from '../run-engine.ts';
import { FakeExecutor } from './fake-executor.ts';
import { MemoryDiscovery } from './memory-discovery.ts';

export const SECRET = new Uint8Array(32).fill(9);
const REF_ID = 'ref-1';
export const SPACE = '/kyuubi_senbon-1_USER_FAKE/alice/default';

export interface FixtureOptions {
  readonly conf?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly prepare?: (executor: FakeExecutor, discovery: MemoryDiscovery) => void;
}

/** An engine in this process, on a fake executor and in-memory discovery, and clients for it. Ends with the test. */
export class EngineFixture {
  readonly executor: FakeExecutor;
  readonly discovery: MemoryDiscovery;
  readonly engine: RunningEngine;
  readonly #clock: Clock;
  readonly #connections: ThriftConnection[] = [];

  private constructor(parts: {
    executor: FakeExecutor;
    discovery: MemoryDiscovery;
    engine: RunningEngine;
    clock: Clock;
  }) {
    this.executor = parts.executor;
    this.discovery = parts.discovery;
    this.engine = parts.engine;
    this.#clock = parts.clock;
  }

  static async start({
    conf = {},
    clock = systemClock,
    prepare,
  }: FixtureOptions = {}): Promise<EngineFixture> {
    const executor = new FakeExecutor();
    const discovery = new MemoryDiscovery();
    prepare?.(executor, discovery);
    const engine = await runEngine({
      createExecutor: async () => executor,
      spec: {
        type: 'FAKE',
        space: SPACE,
        refId: REF_ID,
        user: 'alice',
        version: '9.9.9',
        secret: SECRET,
        conf: new Map(Object.entries(conf)),
        workDir: '/nowhere',
      },
      logger: silentLogger,
      clock,
      discovery,
    });
    const fixture = new EngineFixture({ executor, discovery, engine, clock });
    onTestFinished(() => fixture.#end());
    return fixture;
  }

  token(user: string, gateway?: string): string {
    const { host, port } = this.engine;
    return issueGatewayToken(SECRET, {
      user,
      engine: { host, port, refId: REF_ID },
      ...(gateway === undefined ? {} : { gateway }),
      nowMs: this.#clock.now(),
    });
  }

  async connect(user = 'alice', auth?: ClientAuth): Promise<TestClient> {
    const { host, port } = this.engine;
    const connection = await ThriftConnection.connect({
      host,
      port,
      auth: auth ?? { mechanism: 'PLAIN', user, password: this.token(user) },
      connectTimeoutMs: 5_000,
    });
    this.#connections.push(connection);
    return new TestClient(connection);
  }

  async #end(): Promise<void> {
    for (const connection of this.#connections) connection.destroy(new Error('the test is over'));
    this.executor.release();
    await this.engine.close();
  }
}

export interface OpenOptions {
  readonly protocol?: TProtocolVersion;
  readonly conf?: Readonly<Record<string, string>>;
}

type Statement = Partial<RequestOf<'ExecuteStatement'>>;

/** HiveServer2's calls with little to write, and failures as rejections that carry the status. */
export class TestClient {
  readonly connection: ThriftConnection;

  constructor(connection: ThriftConnection) {
    this.connection = connection;
  }

  async open(options: OpenOptions = {}): Promise<TSessionHandle> {
    const response = await this.openRaw(options);
    ok(response);
    return response.sessionHandle as TSessionHandle;
  }

  openRaw({ protocol = Version.V10, conf = {} }: OpenOptions = {}): Promise<ResponseOf<'OpenSession'>> {
    const configuration = new Map(Object.entries(conf));
    return this.connection.call('OpenSession', { clientProtocol: protocol, configuration });
  }

  execute(
    session: TSessionHandle,
    statement: string,
    more: Statement = {},
  ): Promise<ResponseOf<'ExecuteStatement'>> {
    return this.connection.call('ExecuteStatement', { sessionHandle: session, statement, ...more });
  }

  async run(session: TSessionHandle, statement: string, more: Statement = {}): Promise<TOperationHandle> {
    const response = await this.execute(session, statement, more);
    ok(response);
    return response.operationHandle as TOperationHandle;
  }

  status(operation: TOperationHandle): Promise<ResponseOf<'GetOperationStatus'>> {
    return this.connection.call('GetOperationStatus', { operationHandle: operation });
  }

  fetchRaw(
    operation: TOperationHandle,
    maxRows = 1000,
    orientation: TFetchOrientation = TFetchOrientation.FETCH_NEXT,
  ): Promise<ResponseOf<'FetchResults'>> {
    return this.connection.call('FetchResults', {
      operationHandle: operation,
      orientation,
      maxRows: BigInt(maxRows),
    });
  }

  async fetch(operation: TOperationHandle, maxRows?: number, orientation?: TFetchOrientation): Promise<Rows> {
    const response = await this.fetchRaw(operation, maxRows, orientation);
    ok(response);
    return rowsOf(response);
  }

  async log(
    operation: TOperationHandle,
    orientation: TFetchOrientation = TFetchOrientation.FETCH_NEXT,
    maxRows = 1000,
  ) {
    const response = await this.connection.call('FetchResults', {
      operationHandle: operation,
      orientation,
      maxRows: BigInt(maxRows),
      fetchType: FetchType.LOG,
    });
    ok(response);
    return rowsOf(response).rows.map((row) => row[0]);
  }

  async cancel(operation: TOperationHandle): Promise<void> {
    ok(await this.connection.call('CancelOperation', { operationHandle: operation }));
  }

  async close(operation: TOperationHandle): Promise<void> {
    ok(await this.connection.call('CloseOperation', { operationHandle: operation }));
  }

  async closeSession(session: TSessionHandle): Promise<void> {
    ok(await this.connection.call('CloseSession', { sessionHandle: session }));
  }

  async columns(operation: TOperationHandle) {
    const response = await this.connection.call('GetResultSetMetadata', { operationHandle: operation });
    ok(response);
    return response.schema?.columns ?? [];
  }

  hangUp(): void {
    this.connection.destroy(new Error('hung up'));
  }
}

export interface Rows {
  readonly startRow: number;
  readonly hasMoreRows: boolean | undefined;
  readonly rows: readonly (readonly Value[])[];
  readonly columnCount: number;
}

export function rowsOf(response: ResponseOf<'FetchResults'>): Rows {
  if (response.results === undefined) throw new Error('no row set');
  const { batch, startRowOffset } = decodeRowSet(response.results);
  const rows = Array.from({ length: batch.rowCount }, (_, row) =>
    batch.columns.map((column) => valueAt(column, row)),
  );
  return {
    startRow: Number(startRowOffset),
    hasMoreRows: response.hasMoreRows,
    rows,
    columnCount: batch.columns.length,
  };
}

export class StatusError extends Error {
  readonly sqlState: string | undefined;
  readonly vendorCode: number | undefined;

  constructor(status: ResponseOf<'CloseSession'>['status']) {
    super(status.errorMessage ?? 'no message');
    this.sqlState = status.sqlState;
    this.vendorCode = status.errorCode;
  }
}

export function ok(response: ResponseOf<'CloseSession'>): void {
  if (response.status.statusCode !== 0) throw new StatusError(response.status);
}

/** The same handle with other bits in its secret. */
export function withWrongSecret(identifier: THandleIdentifier): THandleIdentifier {
  return { guid: identifier.guid, secret: identifier.secret.map((byte) => byte ^ 0xff) };
}
