import { messageOf, SenbonError } from '@senbon/core';
import { failed } from '../connection/duckdb-error.ts';
import { SESSION_SETTINGS } from '../secure-instance.ts';
import type { CommandContext } from './command-context.ts';
import { assignSetting } from './set-commands.ts';

/** By lower-case name. Without `schema`, a name that people give to variables of their own; the URL's path is for it. */
const settings: ReadonlySet<string> = new Set(
  SESSION_SETTINGS.map((name) => name.toLowerCase()).filter((name) => name !== 'schema'),
);

/**
 * Takes DuckDB's settings for a session out of the conf that it is opened with, as `?TimeZone=Asia/Tokyo` of a URL: they are
 * the connection's and not the conf's, and what a later `SET` says counts.
 */
export function takeInitialSettings(conf: Map<string, string>): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  for (const [key, value] of conf) {
    if (!settings.has(key.toLowerCase())) continue;
    taken.set(key.toLowerCase(), value);
    conf.delete(key);
  }
  return taken;
}

/** Throws STATEMENT_FAILED for a value that DuckDB does not take. */
export async function applyInitialSettings(context: CommandContext): Promise<void> {
  for (const [key, value] of context.initialSettings) {
    try {
      await assignSetting(context, { key, value, isGlobal: false });
    } catch (error) {
      const state = error instanceof SenbonError ? error.sqlState : '22023';
      throw failed(state, `The session is opened with ${key}=${value}, which cannot be: ${messageOf(error)}`);
    }
  }
}
