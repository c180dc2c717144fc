import { type Key, SenbonError } from '@senbon/core';
import { engineHostArea } from '../config.ts';

/** The SQL state of an invalid parameter value. */
const INVALID_VALUE = '22023';
const QUOTED_CHARS = 100;

/** Keys of this library that a session may set for itself. */
const sessionKeys: readonly Key<unknown>[] = [
  engineHostArea.queryTimeoutMs,
  engineHostArea.resultMaxRows,
  engineHostArea.statusPollMs,
  engineHostArea.progressEnabled,
  engineHostArea.sessionIdleTimeoutMs,
  engineHostArea.closeOnDisconnect,
];

/**
 * What a session's conf keeps of `SET name = value`, for an executor that runs such statements: without quotes where the
 * key is one of the engine host's or of `further`, as it is for any other. Throws CONFIG_INVALID (22023) for a value
 * that such a key cannot have; kept, it would be found out by every later statement, the RESET among them.
 */
export function sessionSetting(name: string, value: string, further: readonly Key<unknown>[] = []): string {
  const entry = sessionKeys.find((key) => key.name === name) ?? further.find((key) => key.name === name);
  if (entry === undefined) return value;
  const plain = unquoted(value);
  if (!isUnset(entry, plain)) read(entry, plain, 'SET');
  return plain;
}

/** The session's own value of `entry`, else `fallback`; that too for a value that cannot be read. */
export function ofSession<T>(entry: Key<T>, fallback: T, conf: ReadonlyMap<string, string>): T {
  const value = conf.get(entry.name);
  if (value === undefined) return fallback;
  const parsed = entry.parse.safeParse(value);
  return parsed.success ? parsed.data : fallback;
}

/** The value of `entry` that came with one statement; `undefined` when none did. Throws CONFIG_INVALID (22023). */
export function ofStatement<T>(entry: Key<T>, overlay: ReadonlyMap<string, string>): T | undefined {
  const value = overlay.get(entry.name);
  if (value === undefined || isUnset(entry, unquoted(value))) return undefined;
  return read(entry, unquoted(value), 'the statement');
}

/** Throws CONFIG_INVALID (22023) for the first key of the engine host's that has a value of no sense. */
export function checkSessionConf(conf: Map<string, string>): void {
  for (const entry of sessionKeys) {
    const value = conf.get(entry.name);
    if (value === undefined) continue;
    const plain = unquoted(value);
    if (!isUnset(entry, plain)) read(entry, plain, 'the session');
    conf.set(entry.name, plain);
  }
}

function read<T>(entry: Key<T>, value: string, where: string): T {
  const parsed = entry.parse.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = {
    key: entry.name,
    value: JSON.stringify(value.slice(0, QUOTED_CHARS)),
    where,
    problem: parsed.error.issues.map((issue) => issue.message).join('; '),
  };
  throw new SenbonError('CONFIG_INVALID', details, { sqlState: INVALID_VALUE });
}

/** An empty value of a key without default means the same as its absence, as in configuration files. */
function isUnset(entry: Key<unknown>, value: string): boolean {
  return entry.fallback === null && value === '';
}

function unquoted(value: string): string {
  const trimmed = value.trim();
  const quote = trimmed[0];
  const isQuoted = trimmed.length > 1 && (quote === "'" || quote === '"') && trimmed.endsWith(quote);
  return isQuoted ? trimmed.slice(1, -1) : trimmed;
}
