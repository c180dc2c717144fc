import { SenbonError } from '@senbon/core';

const DEFAULT_PORT = 2379;

/**
 * Parses `e1:2379,http://e2:2379,https://[::1]` into URLs as npm `etcd3` takes them. `isSecure`: TLS is configured, so an
 * address without a scheme means https, and one with http is a contradiction. Throws CONFIG_INVALID, CONFIG_CONFLICT.
 */
export function parseAddresses(text: string, isSecure: boolean): readonly string[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw invalid(text, 'it names no host');
  const addresses = parts.map((part) => parseAddress(part, text, isSecure));
  const secure = addresses.filter((address) => address.startsWith('https:')).length;
  if (secure === 0 || secure === addresses.length) return addresses;
  throw invalid(text, 'some members are addressed by http and some by https');
}

function parseAddress(part: string, whole: string, isSecure: boolean): string {
  const match = /^(?:(https?):\/\/)?(\[[^\]]+\]|[^:[\]/@?#\s]+)(?::(\d+))?\/?$/i.exec(part);
  if (match === null) {
    throw invalid(whole, `${part} is neither host:port nor an http(s) URL without path and user`);
  }
  const [, scheme = isSecure ? 'https' : 'http', host = '', port = String(DEFAULT_PORT)] = match;
  if (Number(port) < 1 || Number(port) > 65_535) throw invalid(whole, `${part} has no valid port`);
  if (isSecure && scheme.toLowerCase() === 'http') {
    throw new SenbonError('CONFIG_CONFLICT', {
      keys: 'kyuubi.ha.addresses and kyuubi.ha.etcd.ssl.enabled',
      problem: `TLS is enabled, and ${part} says http`,
    });
  }
  return `${scheme.toLowerCase()}://${host}:${port}`;
}

function invalid(value: string, problem: string): SenbonError {
  return new SenbonError('CONFIG_INVALID', {
    key: 'kyuubi.ha.addresses',
    value: withoutUser(value),
    where: 'addresses of etcd',
    problem: withoutUser(problem),
  });
}

/** Somebody may have written a password there. */
function withoutUser(text: string): string {
  return text.replace(/\/\/[^/,]*@/g, '//***@');
}
