import { SenbonError, stripPrefixes } from '@senbon/core';
import { checkSessionConf } from './session-keys.ts';

/** What an OpenSession configuration says, taken apart. */
export interface SessionConf {
  /** The id the gateway chose; `null` when it chose none. */
  readonly handle: string | null;
  readonly database: string;
  /** Everything else, without prefixes. */
  readonly conf: Map<string, string>;
}

const DEFAULT_DATABASE = 'default';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Confs that are said to the engine host and are no session's business. `use:catalog` is the executor's to understand. */
const CONSUMED = new Set(['kyuubi.session.handle', 'kyuubi.session.alive.probe', 'use:database']);

/**
 * A gateway has normalised the confs already; one that talks to the engine directly has not, so prefixes are stripped
 * here too. Throws SESSION_CONF_FORBIDDEN, REQUEST_INVALID, CONFIG_INVALID.
 */
export function parseSessionConf(sent: ReadonlyMap<string, string> | undefined): SessionConf {
  const conf = new Map<string, string>();
  for (const [raw, value] of sent ?? []) {
    const key = stripPrefixes(raw);
    if (!CONSUMED.has(key)) conf.set(key, value);
  }
  checkSessionConf(conf);
  return {
    handle: parseHandle('OpenSession', 'kyuubi.session.handle', sent?.get('kyuubi.session.handle')),
    database: sent?.get('use:database') || DEFAULT_DATABASE,
    conf,
  };
}

/** Throws REQUEST_INVALID for what is there but no UUID. */
export function parseHandle(method: string, key: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  if (UUID.test(value)) return value.toLowerCase();
  throw new SenbonError('REQUEST_INVALID', {
    method,
    problem: `${key} is not a UUID: ${JSON.stringify(value)}`,
  });
}
