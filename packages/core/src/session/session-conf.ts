import { SenbonError } from '../errors/senbon-error.ts';
import type { Logger } from '../ports/logger.ts';
import { isImmutable } from './immutable-keys.ts';

export interface SessionConfRules {
  readonly restrictList: readonly string[];
  readonly ignoreList: readonly string[];
}

const PREFIXES = ['set:', 'system:', 'hiveconf:', 'hivevar:', 'metaconf:'] as const;

/**
 * What a client's OpenSession configuration means, by Kyuubi's rules: the `set:` and kind prefixes are stripped, then
 * restricted keys fail the open, server keys are dropped with a warning and ignored keys silently.
 * Throws SESSION_CONF_FORBIDDEN, SESSION_CONF_RESTRICTED.
 */
export function normalizeSessionConf(
  sent: ReadonlyMap<string, string>,
  rules: SessionConfRules,
  logger: Logger,
): Map<string, string> {
  const conf = new Map<string, string>();
  for (const [raw, value] of sent) {
    const key = stripPrefixes(raw);
    if (matches(key, rules.restrictList)) throw new SenbonError('SESSION_CONF_RESTRICTED', { key });
    if (isImmutable(key)) {
      logger.warn(`${key} is a server-level configuration and cannot be set by a session; ignored`);
      continue;
    }
    if (key === 'kyuubi.session.user.sign.enabled' || matches(key, rules.ignoreList)) continue;
    conf.set(key, value);
  }
  return conf;
}

/** Defaults of the server for `user`: `___<user>___.<key>` laid over the plain keys; others' are left out. */
export function defaultsFor(user: string, server: ReadonlyMap<string, string>): Map<string, string> {
  const own = `___${user}___.`;
  const plain: [string, string][] = [];
  const personal: [string, string][] = [];
  for (const [key, value] of server) {
    if (key.startsWith(own)) personal.push([key.slice(own.length), value]);
    else if (!key.startsWith('___')) plain.push([key, value]);
  }
  return new Map([...plain, ...personal]);
}

/** Defaults of the server for nobody in particular. */
export function commonDefaults(server: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...server].filter(([key]) => !key.startsWith('___')));
}

/**
 * The key behind `set:` and the kind of variable. Behind all of them: whoever strips a second time, as an engine does,
 * must not find another key than was checked here. Throws SESSION_CONF_FORBIDDEN.
 */
export function stripPrefixes(raw: string): string {
  let key = raw;
  for (;;) {
    if (key.startsWith('env:')) throw new SenbonError('SESSION_CONF_FORBIDDEN', { key });
    const prefix = PREFIXES.find((known) => key.startsWith(known));
    if (prefix === undefined) return key;
    key = key.slice(prefix.length);
  }
}

function matches(key: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('.*') ? key.startsWith(pattern.slice(0, -2)) : key === pattern,
  );
}
