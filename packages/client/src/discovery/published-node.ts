import type { DiscoveredServer, Lookup } from './discovered-server.ts';

/** Keys of HiveServer2 in a node's data and the session variables they stand for, as in the Hive JDBC driver. */
const VARIABLES: Readonly<Record<string, string>> = {
  'hive.server2.transport.mode': 'transportMode',
  'hive.server2.thrift.http.path': 'httpPath',
  'hive.server2.thrift.sasl.qop': 'saslQop',
  'hive.server2.use.SSL': 'ssl',
  'hive.server2.authentication.kerberos.principal': 'principal',
};

/**
 * Reads a node's data: `host:port`, or Hive's `k=v;…`. Null when it is neither. A server of mode `all` publishes a port
 * for each transport; the one that the URL asks for counts.
 */
export function readNode(
  name: string,
  data: string,
  wanted: Lookup['transportMode'],
): DiscoveredServer | null {
  const pairs = new Map(
    [...data.matchAll(/([^=;]*)=([^;]*);?/g)].map(([, key = '', value = '']) => [key, value]),
  );
  if (pairs.size === 0) {
    const [, host, digits] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(data.trim()) ?? [];
    return host === undefined ? null : server(name, host, digits, new Map());
  }
  const published = new Map<string, string>();
  for (const [key, variable] of Object.entries(VARIABLES)) {
    const value = pairs.get(key);
    if (value !== undefined) published.set(variable, value);
  }
  if (published.get('transportMode') === 'all') published.set('transportMode', wanted ?? 'binary');
  if (pairs.get('hive.server2.authentication')?.toUpperCase() === 'NOSASL') published.set('auth', 'noSasl');
  const [binary, http] = [pairs.get('hive.server2.thrift.port'), pairs.get('hive.server2.thrift.http.port')];
  const isHttp = (wanted ?? published.get('transportMode')) === 'http';
  const port = isHttp ? (http ?? binary) : (binary ?? http);
  return server(name, pairs.get('hive.server2.thrift.bind.host'), port, published);
}

function server(
  name: string,
  host: string | undefined,
  digits: string | undefined,
  published: ReadonlyMap<string, string>,
): DiscoveredServer | null {
  const port = Number(digits);
  if (!host || !Number.isInteger(port) || port < 1 || port > 65_535) return null;
  return { name, host: host.replace(/^\[|\]$/g, ''), port, published };
}
