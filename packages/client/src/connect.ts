import { ConnectionError, HiveError, SaslError } from '@senbon/hive-thrift';
import { ClientError, messageOf } from './client-error.ts';
import type { ConnectOptions } from './connect-options.ts';
import { Connection } from './connection/connection.ts';
import { endpointOf, type Target } from './connection/endpoint.ts';
import { inOrderOfChoice } from './discovery/choice.ts';
import { zooKeeperServers } from './discovery/zookeeper-servers.ts';
import { pause } from './pause.ts';
import { DEFAULT_NAMESPACE, readSettings, type Settings } from './settings.ts';
import { type JdbcUrl, parseJdbcUrl } from './url/jdbc-url.ts';

/** ZooKeeper's own. */
const DEFAULT_ZOOKEEPER_PORT = 2181;
/** OpenSSL's words for what is no TLS record. */
const PLAIN_TEXT = /SSL routines:.*:(?:wrong version number|packet length too long|http request):/;
/** Between two rounds through the servers. */
const RETRY_PAUSE_MS = 500;

/**
 * Connects to a HiveServer2 and opens a session there. With a list of hosts the first that answers is taken, with ZooKeeper
 * discovery the one with fewer sessions of two at random, and the next one when it cannot be had. Waits for the
 * session's engine. Throws ClientError, HiveError (server or engine do not open the session), or the signal's reason.
 */
export async function connect(url: string | JdbcUrl, options: ConnectOptions = {}): Promise<Connection> {
  const settings = readSettings(typeof url === 'string' ? parseJdbcUrl(url) : url, options);
  const failures = new Map<string, unknown>();
  for (let round = 1; round <= settings.retries; round++) {
    if (round > 1) await pause(RETRY_PAUSE_MS, options.signal);
    for (const target of await targetsOf(settings, options)) {
      const endpoint = await endpointOf(target, settings, options.tls);
      try {
        return await launched(await Connection.open(endpoint, settings, options.signal), options);
      } catch (error) {
        if (options.signal?.aborted === true) throw error;
        if (isFinal(error)) throw refusal(error, endpoint.server, settings);
        failures.set(endpoint.server, error);
      }
    }
  }
  throw allFailed(failures, settings);
}

/** Waits for the engine, unless told not to; its failure is final if its SQLSTATE is, as one of OpenSession. */
async function launched(connection: Connection, options: ConnectOptions): Promise<Connection> {
  const { awaitEngine = true, onLaunchLog, signal } = options;
  if (!awaitEngine || connection.launch === null) return connection;
  const call = signal === undefined ? {} : { signal };
  try {
    if (onLaunchLog !== undefined) for await (const line of connection.launch.log(call)) onLaunchLog(line);
    await connection.launch.wait(call);
    return connection;
  } catch (error) {
    await connection.close().catch(() => {});
    throw error;
  }
}

async function targetsOf(settings: Settings, options: ConnectOptions): Promise<readonly Target[]> {
  const { url, namespace, connectTimeoutMs: timeoutMs } = settings;
  if (namespace === null) return url.hosts.map((host) => ({ ...host, vars: url.sessionVars }));
  const { discover = zooKeeperServers, random = Math.random, signal } = options;
  const addresses = url.hosts
    .map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port ?? DEFAULT_ZOOKEEPER_PORT}`)
    .join(',');
  const asked = url.sessionVars.get('transportMode')?.toLowerCase();
  const transportMode = asked === 'http' || asked === 'binary' ? asked : null;
  const lookup = { addresses, namespace, transportMode, timeoutMs } as const;
  const servers = await discover({ ...lookup, ...(signal === undefined ? {} : { signal }) });
  if (servers.length === 0) {
    const advice = url.sessionVars.has('zooKeeperNamespace')
      ? 'Check zooKeeperNamespace, and that a server runs'
      : `The URL has no zooKeeperNamespace, so it is ${DEFAULT_NAMESPACE}; that of Kyuubi's servers is kyuubi`;
    throw new ClientError('NO_SERVER', { where: `/${namespace} of ZooKeeper ${addresses}`, advice });
  }
  return inOrderOfChoice(servers, random).map(({ host, port, published }) => ({
    host,
    port,
    vars: new Map([...published, ...url.sessionVars]),
  }));
}

/** Another server would say the same: it is the login, or what the session asks for. SQLSTATE 08 is about the server. */
function isFinal(error: unknown): boolean {
  if (error instanceof HiveError) return error.sqlState !== null && !error.sqlState.startsWith('08');
  if (error instanceof ConnectionError) return isLoginRefused(error);
  return error instanceof ClientError;
}

/** A server that hangs up during the handshake is `refused` as well, but gives no reason. */
function isLoginRefused(error: ConnectionError): boolean {
  return error.kind === 'refused' && (error.cause instanceof SaslError || /HTTP 40[13]/.test(error.message));
}

function refusal(error: unknown, server: string, { user }: Settings): unknown {
  if (!(error instanceof ConnectionError)) return error;
  const problem = messageOf(error.cause ?? error);
  return new ClientError('LOGIN_REFUSED', { server, user, problem }, { cause: error });
}

function allFailed(failures: ReadonlyMap<string, unknown>, { namespace }: Settings): unknown {
  const entries = [...failures];
  const [only] = entries;
  if (only !== undefined && entries.length === 1) {
    const [target, cause] = only;
    if (cause instanceof HiveError) return cause;
    return new ClientError('CONNECT_FAILED', { target, problem: reasonOf(cause) }, { cause });
  }
  const where = namespace === null ? '' : ` under /${namespace} in ZooKeeper`;
  const target = `any of ${entries.length} servers${where}`;
  const problem = entries.map(([server, error]) => `${server}: ${reasonOf(error)}`).join('; ');
  return new ClientError('CONNECT_FAILED', { target, problem }, { cause: only?.[1] });
}

/** The server is named already, which a ConnectionError's own message does again. */
function reasonOf(error: unknown): string {
  const text = messageOf(error instanceof ConnectionError ? (error.cause ?? error) : error);
  return PLAIN_TEXT.test(text)
    ? 'the answer to TLS was plain text, so there is no TLS at that port. Leave ssl=true out of the URL'
    : text;
}
