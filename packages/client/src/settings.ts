import { TProtocolVersion } from '@senbon/hive-thrift';
import { ClientError } from './client-error.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { JdbcUrl } from './url/jdbc-url.ts';
import { SessionVariables } from './url/session-variables.ts';

/** What holds for a connection whichever server it finds. */
export interface Settings {
  readonly url: JdbcUrl;
  readonly user: string;
  readonly password: string;
  /** Null = the hosts of the URL are the servers. */
  readonly namespace: string | null;
  /** How often the whole list of servers is tried. */
  readonly retries: number;
  readonly connectTimeoutMs: number;
  /** Undefined = hive-thrift's own. */
  readonly callTimeoutMs: number | undefined;
  readonly fetchRows: number | undefined;
  readonly clientProtocol: TProtocolVersion;
  /** Of OpenSession. */
  readonly configuration: Readonly<Record<string, string>>;
  /** A script to run first, as `initFile` names it: for shells. */
  readonly initFile: string | null;
  readonly warnings: readonly string[];
}

const ANONYMOUS = 'anonymous';
/** What every driver looks in; Kyuubi's own servers stand under `/kyuubi`. */
export const DEFAULT_NAMESPACE = 'hiveserver2';
export const DEFAULT_CONNECT_TIMEOUT_MS = 15_000;
const protocols: ReadonlySet<number> = new Set(Object.values(TProtocolVersion));
const FETCH_SIZE_CONF = 'set:hiveconf:hive.server2.thrift.resultset.default.fetch.size';

/** What a URL says goes before what the options say, as in JDBC. Throws ClientError. */
export function readSettings(url: JdbcUrl, options: ConnectOptions): Settings {
  const vars = new SessionVariables(url.sessionVars);
  const mode = vars.oneOf('serviceDiscoveryMode', ['zooKeeper', 'none', 'zooKeeperHA']);
  if (mode === 'zooKeeperHA') {
    const problem = 'only zooKeeper is; gateways and HiveServer2 of one namespace are all active there';
    throw new ClientError('SETTING_UNSUPPORTED', { key: 'serviceDiscoveryMode=zooKeeperHA', problem });
  }
  const namespace = (vars.text('zooKeeperNamespace') ?? DEFAULT_NAMESPACE).replace(/^\/+|\/+$/g, '');
  const fetchRows = vars.number('fetchSize', 1) ?? options.fetchRows;
  return {
    url,
    user: vars.text('user') ?? options.user ?? ANONYMOUS,
    password: vars.text('password') ?? options.password ?? ANONYMOUS,
    namespace: mode === 'zooKeeper' ? namespace : null,
    retries: vars.number('retries', 1) ?? options.retries ?? 1,
    connectTimeoutMs:
      vars.number('connectTimeout', 1) ?? options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    // 0 means none on both sides.
    callTimeoutMs: vars.number('socketTimeout', 0) ?? options.callTimeoutMs,
    fetchRows,
    clientProtocol: readProtocol(vars),
    configuration: configurationOf(url, vars, { ...options, fetchRows }),
    initFile: vars.text('initFile') ?? null,
    warnings: vars.warnings(),
  };
}

function readProtocol(vars: SessionVariables): TProtocolVersion {
  const number = vars.number('clientProtocolVersion', 0) ?? TProtocolVersion.V10;
  if (protocols.has(number)) return number as TProtocolVersion;
  const problem = 'it is the number in the protocol: 0 for V1 to 10 for V11';
  throw new ClientError('SETTING_INVALID', { key: 'clientProtocolVersion', value: number, problem });
}

/** In the spelling of the JDBC drivers. */
function configurationOf(
  url: JdbcUrl,
  vars: SessionVariables,
  options: Omit<ConnectOptions, 'fetchRows'> & { readonly fetchRows: number | undefined },
): Record<string, string> {
  const configuration: Record<string, string> = { ...options.configuration };
  const put = (prefix: string, pairs: Iterable<readonly [string, string]>): void => {
    for (const [key, value] of pairs) configuration[`${prefix}${key}`] = value;
  };
  put('set:hiveconf:', Object.entries(options.hiveConfs ?? {}));
  put('set:hiveconf:', url.hiveConfs);
  put('set:hivevar:', Object.entries(options.hiveVars ?? {}));
  put('set:hivevar:', url.hiveVars);
  const application = vars.text('applicationName') ?? vars.text('ApplicationName');
  const named: Readonly<Record<string, string | undefined>> = {
    'use:catalog': url.catalog ?? undefined,
    'use:database': url.database ?? options.database,
    'set:hivevar:wmpool': vars.text('wmPool'),
    'set:hivevar:wmapp': application,
    'hive.server2.proxy.user': vars.text('hive.server2.proxy.user'),
    [FETCH_SIZE_CONF]: options.fetchRows === undefined ? undefined : String(options.fetchRows),
  };
  for (const [key, value] of Object.entries(named)) {
    if (value !== undefined) configuration[key] = value;
  }
  return configuration;
}
