import { isIP } from 'node:net';
import { type HiveClientOptions, HttpTransport, ThriftConnection, type Transport } from '@senbon/hive-thrift';
import { ClientError } from '../client-error.ts';
import type { ClientTls } from '../connect-options.ts';
import type { Settings } from '../settings.ts';
import { SessionVariables } from '../url/session-variables.ts';
import { readTls } from './tls-files.ts';
import { TimedTransport } from './timed-transport.ts';

/** A server and how one logs in there. */
export interface Endpoint {
  /** `host:port`. */
  readonly server: string;
  readonly client: HiveClientOptions;
  /** NOSASL: user and password travel in OpenSession. */
  readonly isNoSasl: boolean;
}

export interface Target {
  readonly host: string;
  readonly port: number | null;
  /** The URL's session variables, and below them what the server published. */
  readonly vars: ReadonlyMap<string, string>;
}

/** What Kyuubi's drivers take when a URL names no port. */
const DEFAULT_PORT = { binary: 10_009, http: 10_010 } as const;

/** Throws ClientError SETTING_INVALID, SETTING_UNSUPPORTED. */
export async function endpointOf(target: Target, settings: Settings, tls?: ClientTls): Promise<Endpoint> {
  const vars = new SessionVariables(target.vars);
  const mode = vars.oneOf('transportMode', ['binary', 'http']) ?? 'binary';
  const port = target.port ?? DEFAULT_PORT[mode];
  const server = `${bracketed(target.host)}:${port}`;
  const auth = vars.oneOf('auth', ['noSasl', 'jwt', 'none', 'plain']);
  const secure = vars.flag('ssl') ? { ...(await readTls(vars)), ...tls } : undefined;
  const max = vars.number('thrift.client.max.message.size', 1);
  const common = {
    connectTimeoutMs: settings.connectTimeoutMs,
    ...(max === undefined ? {} : { maxMessageBytes: max }),
  };
  const isNoSasl = auth === 'noSasl';
  if (mode === 'http') {
    const path = (vars.text('httpPath') ?? '').replace(/^\/+/, '');
    const url = `${secure === undefined ? 'http' : 'https'}://${server}/${path}`;
    const client = {
      ...common,
      mode,
      url,
      auth: httpAuth(vars, auth, settings),
      headers: vars.below('http.header.'),
      cookies: vars.below('http.cookie.'),
      ...(secure === undefined ? {} : { tls: secure }),
    };
    return { server, client, isNoSasl };
  }
  if (auth === 'jwt' || vars.text('jwt') !== undefined) {
    throw new ClientError('SETTING_UNSUPPORTED', { key: 'jwt', problem: 'a token needs transportMode=http' });
  }
  const { user, password } = settings;
  const servername = isIP(target.host) === 0 ? { servername: target.host } : {};
  const client = {
    ...common,
    mode,
    host: target.host,
    port,
    auth: isNoSasl ? ({ mechanism: 'NOSASL' } as const) : ({ mechanism: 'PLAIN', user, password } as const),
    ...(secure === undefined ? {} : { tls: { ...servername, ...secure } }),
  };
  return { server, client, isNoSasl };
}

/** HTTP connects with its first call. Throws ConnectionError, or the signal's reason. */
export async function openTransport(
  { client }: Endpoint,
  settings: Settings,
  signal?: AbortSignal,
): Promise<Transport> {
  const transport =
    client.mode === 'http'
      ? new HttpTransport(client)
      : await ThriftConnection.connect({ ...client, ...(signal === undefined ? {} : { signal }) });
  const { callTimeoutMs } = settings;
  return callTimeoutMs === undefined ? transport : new TimedTransport(transport, callTimeoutMs);
}

function httpAuth(vars: SessionVariables, auth: string | null, { user, password }: Settings) {
  const token = vars.text('jwt') ?? (auth === 'jwt' ? process.env['JWT'] : undefined);
  if (token !== undefined) return { scheme: 'bearer', token } as const;
  if (auth === 'jwt') {
    const problem = 'the token is missing: set jwt in the URL, or JWT in the environment';
    throw new ClientError('SETTING_INVALID', { key: 'auth', value: 'jwt', problem });
  }
  return { scheme: 'basic', user, password } as const;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
