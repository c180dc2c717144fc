import { TProtocolVersion } from '../messages/enums.ts';
import { HiveError, checkStatus } from './hive-error.ts';
import { HiveSession } from './hive-session.ts';
import { HttpTransport, type HttpTransportOptions } from './http-transport.ts';
import { type ConnectOptions, ThriftConnection } from './thrift-connection.ts';
import type { CallOptions, CloseOptions, Transport } from './transport.ts';

export type HiveClientOptions =
  | ({ readonly mode?: 'binary' } & ConnectOptions)
  | ({ readonly mode: 'http' } & HttpTransportOptions);

export interface OpenSessionOptions extends CallOptions {
  /** Needed with NOSASL only; else the connection's user counts. */
  readonly user?: string;
  readonly password?: string;
  /** As in `{ 'use:database': 'sales', 'set:hiveconf:mapred.job.queue.name': 'etl' }`. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** The most this client speaks; default V10, what JDBC asks: older servers do not answer a V11 request at all. */
  readonly clientProtocol?: TProtocolVersion;
}

/** A HiveServer2 client: Hive, Spark's Thrift server, Kyuubi and the like, over TCP or HTTP. */
export class HiveClient {
  readonly #transport: Transport;
  readonly #sessions = new Set<HiveSession>();

  /** Throws ConnectionError. HTTP connects with the first call. */
  static async connect(options: HiveClientOptions): Promise<HiveClient> {
    if (options.mode === 'http') return new HiveClient(new HttpTransport(options));
    return new HiveClient(await ThriftConnection.connect(options));
  }

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** For calls that this class has no method for. */
  get transport(): Transport {
    return this.#transport;
  }

  async openSession(options: OpenSessionOptions = {}): Promise<HiveSession> {
    const { user, password, configuration, clientProtocol = TProtocolVersion.V10, ...call } = options;
    const request = {
      clientProtocol,
      configuration: new Map(Object.entries(configuration ?? {})),
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
    };
    const response = await this.#transport.call('OpenSession', request, call);
    checkStatus(response.status, 'OpenSession');
    if (response.sessionHandle === undefined) {
      throw new HiveError({ message: 'OpenSession succeeded, yet gave no session handle' });
    }
    const init = {
      handle: response.sessionHandle,
      protocol: response.serverProtocolVersion,
      configuration: response.configuration ?? new Map<string, string>(),
    };
    const session: HiveSession = new HiveSession(this.#transport, init, () => this.#sessions.delete(session));
    this.#sessions.add(session);
    return session;
  }

  /** Closes the sessions, then the connection. Idempotent; a session that cannot be closed does not keep it open. */
  async close(options?: CloseOptions): Promise<void> {
    const timeout = options?.deadlineMs === undefined ? {} : { timeoutMs: options.deadlineMs };
    await Promise.allSettled([...this.#sessions].map((session) => session.close(timeout)));
    await this.#transport.close(options);
  }

  /** Disconnects now, and leaves the sessions to the server. */
  destroy(error: Error): void {
    this.#transport.destroy(error);
  }
}
