import { SenbonError } from '@senbon/core';

/** Where a Spark Connect server is, and what every call to it carries. */
export interface ConnectEndpoint {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** Sent with every call; tokens are among them. */
  readonly headers: ReadonlyMap<string, string>;
  /** The user of every session, in place of the session's own; `null` = the session's own. */
  readonly userId: string | null;
}

/** Spark's own. */
const DEFAULT_PORT = 15_002;
/** Parameters of Spark's clients that mean nothing here. */
const IGNORED = new Set(['user_agent', 'session_id']);

/**
 * `sc://host[:port]/;name=value;…` as Spark's clients read it: `token`, `use_ssl`, `user_id`, and a header for every other
 * name. Throws CONFIG_INVALID for `key`, without quoting values: tokens are among them.
 */
export function parseConnectUrl(url: string, key: string): ConnectEndpoint {
  const invalid = (problem: string) =>
    new SenbonError('CONFIG_INVALID', { key, value: '***', where: 'engine configuration', problem });
  const [, place, rest = ''] = /^sc:\/\/([^/;?#@]+)(?:\/(.*))?$/.exec(url.trim()) ?? [];
  if (place === undefined) throw invalid('expected sc://host:port/;name=value;…');
  const [, host, digits = String(DEFAULT_PORT)] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(place) ?? [];
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) throw invalid('expected host:port behind sc://');
  const parameters = readParameters(rest, invalid);
  const token = parameters.get('token');
  const isSecure = isTrue(parameters.get('use_ssl')) || (token !== undefined && !isLoopback(host));
  if (token !== undefined && parameters.get('use_ssl')?.toLowerCase() === 'false' && !isLoopback(host)) {
    throw invalid('a token needs use_ssl=true, or anybody on the way could read it');
  }
  const headers = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (name === 'token') headers.set('authorization', `Bearer ${value}`);
    else if (name !== 'use_ssl' && name !== 'user_id' && !IGNORED.has(name)) headers.set(name, value);
  }
  return { host, port, isSecure, headers, userId: parameters.get('user_id') ?? null };
}

function readParameters(text: string, invalid: (problem: string) => Error): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at < 1 || !/^[\w.-]+$/.test(name)) throw invalid('expected name=value between the semicolons');
    try {
      parameters.set(name.toLowerCase(), decodeURIComponent(part.slice(at + 1).trim()));
    } catch {
      throw invalid(`the value of ${name} is not URL-encoded`);
    }
  }
  return parameters;
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}
