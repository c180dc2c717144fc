import { isIPv4, isIPv6 } from 'node:net';
import type { AreaConfig } from '../config/area.ts';
import type { engineAddressArea } from './config.ts';

const LOOPBACK = '127.0.0.1';
const ALL = '0.0.0.0';

/**
 * What tells an engine where to listen and what to register: the keys that a server reads for itself, as Kyuubi's engines
 * read them. `isLocal`: no gateway of the ensemble can be on another host.
 */
export function engineAddressConf(
  config: AreaConfig<typeof engineAddressArea>,
  isLocal: boolean,
): ReadonlyMap<string, string> {
  const { bindHost, advertisedHost, useHostname } = config;
  const fallback = isLocal ? LOOPBACK : ALL;
  const conf = new Map([
    ['kyuubi.frontend.thrift.binary.bind.host', bindHost ?? fallback],
    ['kyuubi.frontend.connection.url.use.hostname', String(useHostname)],
  ]);
  if (advertisedHost !== null) conf.set('kyuubi.frontend.advertised.host', advertisedHost);
  return conf;
}

/** Of `host:port[,host:port][/path]` or a list of URLs, as in `kyuubi.ha.addresses`. */
export function isLoopbackOnly(addresses: string): boolean {
  const hosts = addresses
    .replace(/https?:\/\//gi, '')
    .replace(/\/.*$/, '')
    .split(',')
    .map((address) =>
      address
        .trim()
        .replace(/:\d+$/, '')
        .replace(/^\[(.*)\]$/, '$1'),
    );
  return hosts.every(isLoopback);
}

function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return isIPv6(host) ? host === '::1' : host === 'localhost';
}
