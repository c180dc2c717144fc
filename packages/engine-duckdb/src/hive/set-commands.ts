import { messageOf } from '@senbon/core';
import { type Cell, type ExecutorResult, rowsResult, sessionSetting, textColumns } from '@senbon/engine-host';
import type { Connection } from '../connection/connection.ts';
import { duckDbArea } from '../options.ts';
import { endOfQuoted } from '../sql/lexer.ts';
import { identifier, literal } from '../sql/quote.ts';
import { type CommandContext, inTurn, NO_ROWS } from './command-context.ts';
import { engineWide } from './engine-wide.ts';

const SECRET = /password|passwd|secret|token|credential|\.sign$/i;
const HIDDEN = '***';
const UNDEFINED = '<undefined>';
/** What may stand behind `SET k =` as it is; anything else, such as `Europe/Berlin` or `4GB`, is quoted. */
const SQL_VALUE = /^(?:[-+]?\d+(?:\.\d+)?|true|false|null|default)$/i;
const PATH_KEYS: ReadonlySet<string> = new Set(['search_path', 'schema']);
const columns = textColumns('key', 'value');
const OWN_KEYS = [duckDbArea.backslashEscapes, duckDbArea.showDialect];

/** `SET` and `SET -v`: the session's conf, with DuckDB's settings for `-v`. */
export async function listSettings(context: CommandContext, withEngine: boolean): Promise<ExecutorResult> {
  const rows: Cell[][] = [...context.conf].map(([key, value]) => [key, shown(key, value)]);
  if (withEngine)
    rows.push(...(await inTurn(context, async (connection) => engineRows(connection, context))));
  rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return rowsResult(context.showDialect === 'impala' ? textColumns('option', 'value') : columns, rows);
}

/** `SET k`. A key of DuckDB's shows what is in effect there; one of this engine's own, what it takes for granted. */
export async function showSetting(context: CommandContext, key: string): Promise<ExecutorResult> {
  const known = context.ownSettings.get(key) ?? context.conf.get(key);
  if (known !== undefined) return rowsResult(columns, [[key, shown(key, known)]]);
  const value = await inTurn(context, async (connection) => {
    const [row] = await connection.rows(
      context.signal,
      `SELECT value FROM duckdb_settings() WHERE lower(name) = lower(${literal(key)})`,
    );
    return row === undefined ? UNDEFINED : String(row.value ?? '');
  });
  return rowsResult(columns, [[key, shown(key, value)]]);
}

/** `SET k = v`: DuckDB's if it knows the key, else the session's conf. Throws 22023 for a value that cannot be. */
export async function assignSetting(
  context: CommandContext,
  { key, value, isGlobal }: { readonly key: string; readonly value: string; readonly isGlobal: boolean },
): Promise<ExecutorResult> {
  if (isGlobal && !context.globalSettings) throw engineWide(key);
  const isEngines = await inTurn(context, async (connection) => {
    if (!(await knows(connection, context, key))) return false;
    await change(connection, context, { key, verb: 'SET', rest: assignment(key, value), isGlobal });
    return true;
  });
  if (!isEngines) context.conf.set(key, sessionSetting(key, value, OWN_KEYS));
  return NO_ROWS;
}

/** `RESET k` and `RESET`: back to DuckDB's default, or to what the session was opened with. */
export async function resetSettings(
  context: CommandContext,
  { key, isGlobal }: { readonly key: string | null; readonly isGlobal: boolean },
): Promise<ExecutorResult> {
  const { conf, initialConf, initialSettings, state } = context;
  if (isGlobal && !context.globalSettings) throw engineWide(key ?? 'all settings');
  await inTurn(context, async (connection) => {
    for (const name of key === null ? state.settingKeys : [key]) {
      if (!(await knows(connection, context, name))) continue;
      const initial = isGlobal ? undefined : initialSettings.get(name.toLowerCase());
      const wanted =
        initial === undefined
          ? ({ verb: 'RESET', rest: identifier(name) } as const)
          : ({ verb: 'SET', rest: assignment(name, initial) } as const);
      await change(connection, context, { key: name, ...wanted, isGlobal });
    }
  });
  for (const name of key === null ? [...conf.keys()] : [key]) {
    const initial = initialConf.get(name);
    if (initial === undefined) conf.delete(name);
    else conf.set(name, initial);
  }
  if (key === null) for (const [name, value] of initialConf) conf.set(name, value);
  return NO_ROWS;
}

function assignment(key: string, value: string): string {
  return `${identifier(key)} = ${isSqlValue(value) ? value : literal(value)}`;
}

interface Change {
  readonly key: string;
  readonly verb: 'SET' | 'RESET';
  readonly rest: string;
  readonly isGlobal: boolean;
}

/**
 * For this session, and remembered for its other connections; else, where the setting has no other scope, for the
 * engine. A plain `SET` would not do: of several settings that a session may have, DuckDB then changes the engine's.
 */
async function change(connection: Connection, context: CommandContext, wanted: Change): Promise<void> {
  const { verb, rest, isGlobal } = wanted;
  const { signal, globalSettings } = context;
  const own = `${verb} SESSION ${rest}`;
  if (isGlobal || !(await runsAlone(connection, signal, own))) {
    if (!globalSettings) throw engineWide(wanted.key);
    await connection.run(signal, `${verb} GLOBAL ${rest}`);
  } else {
    await keep(connection, context, { key: wanted.key, sql: verb === 'SET' ? own : null });
  }
  context.connections.invalidateOthers();
}

/** Whether the setting is one that a session may have. */
async function runsAlone(connection: Connection, signal: AbortSignal, sql: string): Promise<boolean> {
  try {
    await connection.run(signal, sql);
    return true;
  } catch (error) {
    if (/cannot be (re)?set locally|as a session variable|has been locked/.test(messageOf(error)))
      return false;
    throw error;
  }
}

/** Remembers a changed setting for the session's other connections. */
async function keep(
  connection: Connection,
  { state, signal }: CommandContext,
  { key, sql }: { readonly key: string; readonly sql: string | null },
): Promise<void> {
  const name = key.toLowerCase();
  if (PATH_KEYS.has(name)) {
    const [row] = await connection.rows(signal, `SELECT current_setting('search_path') AS path`);
    state.setSearchPath(String(row?.path ?? ''));
  } else if (sql === null) {
    state.dropSetting(name);
  } else {
    state.keepSetting(name, sql);
  }
}

function isSqlValue(value: string): boolean {
  if (!value.startsWith("'")) return SQL_VALUE.test(value);
  return value.length > 1 && value.endsWith("'") && endOfQuoted(value, 0) === value.length;
}

async function knows(connection: Connection, { signal }: CommandContext, key: string): Promise<boolean> {
  const rows = await connection.rows(
    signal,
    `SELECT name FROM duckdb_settings() WHERE lower(name) = lower(${literal(key)})`,
  );
  return rows.length > 0;
}

async function engineRows(connection: Connection, { signal }: CommandContext): Promise<Cell[][]> {
  const rows = await connection.rows(signal, 'SELECT name, value FROM duckdb_settings() ORDER BY name');
  return rows.map((row) => [String(row.name), shown(String(row.name), String(row.value ?? ''))]);
}

/** Whether nobody is shown what is set. */
export function isSecretKey(key: string): boolean {
  return SECRET.test(key);
}

function shown(key: string, value: string): string {
  return isSecretKey(key) ? HIDDEN : value;
}
