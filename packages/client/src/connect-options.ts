import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Discover } from './discovery/discovered-server.ts';

export type ClientTls = Pick<
  TlsOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername'
>;

/** Beside the URL; what the URL says itself goes before, as in JDBC. */
export interface ConnectOptions {
  /** Default `anonymous`. */
  readonly user?: string;
  /** Default `anonymous`: servers without authentication want a password all the same. */
  readonly password?: string;
  readonly database?: string;
  /** As behind `?` in a URL. */
  readonly hiveConfs?: Readonly<Record<string, string>>;
  /** As behind `#` in a URL. */
  readonly hiveVars?: Readonly<Record<string, string>>;
  /** Of OpenSession, sent as it stands. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** Rows asked for at once. */
  readonly fetchRows?: number;
  /** How often the whole list of servers is tried; default 1. */
  readonly retries?: number;
  /** TCP, TLS and login together; default 15 seconds. Of a lookup in ZooKeeper, too. */
  readonly connectTimeoutMs?: number;
  /** Of one call; default 10 minutes, 0 = none. A statement that runs long is many short calls. */
  readonly callTimeoutMs?: number;
  /**
   * Default true: `connect` waits until the session's engine is there, and throws HiveError when it could not be launched
   * or has no such database. With false it does not; the first statement waits and fails then, or `connection.launch.wait()`.
   */
  readonly awaitEngine?: boolean;
  /** Gets the lines of the launch log while `connect` waits for the engine. */
  readonly onLaunchLog?: (line: string) => void;
  /** Certificates; whether TLS is used the URL says (`ssl=true`). */
  readonly tls?: ClientTls;
  /** Ends the attempt to connect; it has no meaning for the connection. */
  readonly signal?: AbortSignal;
  /** Default: ZooKeeper. */
  readonly discover?: Discover;
  /** 0 to 1; picks among the servers discovered. Default `Math.random`. */
  readonly random?: () => number;
}
