import type { HostPort } from './jdbc-url.ts';
import type { UrlPart } from './url-part.ts';

/** More than any ensemble has. */
const MAX_HOSTS = 100;

/** `h1:10009,[::1]:10009,h3`; nothing means this machine, as in the JDBC drivers. */
export function parseHosts(authority: UrlPart): readonly HostPort[] {
  if (authority.isEmpty) return [{ host: 'localhost', port: null }];
  if (authority.text.includes('@')) {
    throw authority.invalid('a user does not stand before the host; write ;user=name;password=word');
  }
  const parts = authority.split(/,/);
  if (parts.length > MAX_HOSTS) throw authority.invalid(`it names more than ${MAX_HOSTS} hosts`);
  return parts.map(parseHost);
}

function parseHost(part: UrlPart): HostPort {
  if (part.isEmpty) throw part.invalid('a host is missing');
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d*))?$/.exec(part.text.trim());
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || /\s/.test(host)) {
    throw part.invalid('this is not host:port (write IPv6 as [address]:port)');
  }
  const digits = match?.[3];
  if (digits === undefined) return { host, port: null };
  const port = Number(digits);
  if (digits === '' || port < 1 || port > 65_535) throw part.invalid('a port is a number from 1 to 65535');
  return { host, port };
}
