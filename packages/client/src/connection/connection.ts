import {
  type CloseOptions,
  type ExecuteOptions,
  HiveClient,
  HiveOperation,
  type HiveSession,
  type TGetOperationStatusResp,
} from '@senbon/hive-thrift';
import { Metadata } from '../metadata/metadata.ts';
import { bindParameters } from '../parameters/bind-parameters.ts';
import type { Parameter } from '../parameters/literal.ts';
import type { Settings } from '../settings.ts';
import { type Endpoint, openTransport } from './endpoint.ts';
import { type EngineLaunch, launchOf } from './engine-launch.ts';
import { followOperation, type OperationProgress, progressOf } from './operation-progress.ts';
import { QueryResult } from './query-result.ts';

export interface QueryOptions extends ExecuteOptions {
  /** Rows asked for at once; default the URL's `fetchSize`, else what the server proposes. */
  readonly fetchRows?: number;
  /** For the `?` of the statement, in their order. Without it a `?` goes to the server as it stands. */
  readonly parameters?: readonly Parameter[];
  /** Gets every state of the statement while it runs. */
  readonly onProgress?: (progress: OperationProgress) => void;
}

interface ConnectionInit {
  readonly endpoint: Endpoint;
  readonly settings: Settings;
  readonly client: HiveClient;
  readonly session: HiveSession;
}

const DEFAULT_FETCH_ROWS = 1_000;
const FETCH_SIZE = 'hive.server2.thrift.resultset.default.fetch.size';
/** A cancel that takes longer than this has no point. */
const CANCEL_TIMEOUT_MS = 5_000;

/** A session on one server. Close it. */
export class Connection {
  /** `host:port` of the server that was found. */
  readonly server: string;
  /** For what this class has no method for. */
  readonly client: HiveClient;
  readonly session: HiveSession;
  /** Tables, columns, functions, … */
  readonly metadata: Metadata;
  /** The engine behind a gateway, which may only be starting; null when the server says nothing of one. */
  readonly launch: EngineLaunch | null;
  /** What the URL says in vain. */
  readonly warnings: readonly string[];
  /** A script that the URL wants to be run first (`initFile`); left to the caller. */
  readonly initFile: string | null;
  readonly fetchRows: number;
  readonly #endpoint: Endpoint;
  readonly #settings: Settings;

  /** Throws ConnectionError, HiveError, or the signal's reason. */
  static async open(endpoint: Endpoint, settings: Settings, signal?: AbortSignal): Promise<Connection> {
    const client = new HiveClient(await openTransport(endpoint, settings, signal));
    const { user, password, configuration, clientProtocol } = settings;
    try {
      const session = await client.openSession({
        clientProtocol,
        configuration,
        ...(endpoint.isNoSasl ? { user, password } : {}),
        ...(signal === undefined ? {} : { signal }),
      });
      return new Connection({ endpoint, settings, client, session });
    } catch (error) {
      client.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  private constructor({ endpoint, settings, client, session }: ConnectionInit) {
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.server = endpoint.server;
    this.client = client;
    this.session = session;
    this.metadata = new Metadata(session);
    this.launch = launchOf(session);
    this.warnings = settings.warnings;
    this.initFile = settings.initFile;
    const proposed = Number(session.configuration.get(FETCH_SIZE));
    const fallback = Number.isInteger(proposed) && proposed > 0 ? proposed : DEFAULT_FETCH_ROWS;
    this.fetchRows = settings.fetchRows ?? fallback;
  }

  /**
   * Runs a statement and waits until its result can be read. Throws HiveError, or ClientError of a parameter. An abort of
   * the signal cancels the statement on the server.
   */
  async query(statement: string, options: QueryOptions = {}): Promise<QueryResult> {
    const { fetchRows = this.fetchRows, parameters, onProgress, ...execute } = options;
    const sql = parameters === undefined ? statement : bindParameters(statement, parameters);
    const operation = await this.session.execute(sql, execute);
    const call = options.signal === undefined ? {} : { signal: options.signal };
    const onStatus = onProgress && ((status: TGetOperationStatusResp) => onProgress(progressOf(status)));
    try {
      const status = await operation.wait({ ...call, ...(onStatus && { onStatus }) });
      const hasRows = operation.hasResultSet || status.hasResultSet === true;
      const columns = hasRows ? await operation.schema(call) : [];
      return new QueryResult(operation, columns, { fetchRows, ...call });
    } catch (error) {
      operation.close().catch(() => {});
      throw error;
    }
  }

  /** A statement's states and progress until it has finished. Throws HiveError when it failed. */
  follow(operation: HiveOperation): AsyncGenerator<OperationProgress, void, undefined> {
    return followOperation(this.client.transport, operation);
  }

  /**
   * Cancels a statement at once. A TCP connection carries one call at a time, and servers answer a status call up to five
   * seconds late: so the cancel goes over a connection of its own, or behind that call when there is none to be had.
   */
  async cancel(operation: HiveOperation): Promise<void> {
    const call = { timeoutMs: CANCEL_TIMEOUT_MS };
    if (this.#endpoint.client.mode === 'http') {
      await operation.cancel(call);
      return;
    }
    try {
      const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
      const transport = await openTransport(this.#endpoint, this.#settings, signal);
      try {
        await new HiveOperation(transport, operation.handle).cancel(call);
      } finally {
        await transport.close({ deadlineMs: CANCEL_TIMEOUT_MS });
      }
    } catch {
      await operation.cancel(call);
    }
  }

  /** Closes the session, then the connection. Idempotent. */
  close(options?: CloseOptions): Promise<void> {
    return this.client.close(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
