import type { ExecutorResult } from '@senbon/engine-host';
import type { Connection } from '../connection/connection.ts';
import { type Cell, rowsResult, textColumns } from '../result/build-rows.ts';
import { identifier, literal } from '../sql/quote.ts';
import { type CommandContext, inTurn, NO_ROWS } from './command-context.ts';

const SECRET = /password|passwd|secret|token|credential|\.sign$/i;
const HIDDEN = '***';
const UNDEFINED = '<undefined>';
/** What may stand behind `SET k =` as it is; anything else, such as `Europe/Berlin` or `4GB`, is quoted. */
const SQL_VALUE = /^(?:'(?:[^']|'')*'|[-+]?\d+(?:\.\d+)?|true|false|null|default)$/i;
const PATH_KEYS: ReadonlySet<string> = new Set(['search_path', 'schema']);
const columns = textColumns('key', 'value');

/** `SET` and `SET -v`: the session's conf, with DuckDB's settings for `-v`. */
export async function listSettings(context: CommandContext, withEngine: boolean): Promise<ExecutorResult> {
  const rows: Cell[][] = [...context.conf].map(([key, value]) => [key, shown(key, value)]);
  if (withEngine)
    rows.push(...(await inTurn(context, async (connection) => engineRows(connection, context))));
  rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return rowsResult(context.showDialect === 'impala' ? textColumns('option', 'value') : columns, rows);
}

/** `SET k`. A key of DuckDB's shows what is in effect there. */
export async function showSetting(context: CommandContext, key: string): Promise<ExecutorResult> {
  const known = context.conf.get(key);
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

/** `SET k = v`: DuckDB's if it knows the key, else the session's conf. */
export async function assignSetting(
  context: CommandContext,
  key: string,
  value: string,
): Promise<ExecutorResult> {
  const isEngines = await inTurn(context, async (connection) => {
    if (!(await knows(connection, context, key))) return false;
    const sql = `SET ${identifier(key)} = ${SQL_VALUE.test(value) ? value : literal(value)}`;
    await connection.run(context.signal, sql);
    await keep(connection, context, { key, sql });
    return true;
  });
  if (!isEngines) context.conf.set(key, value);
  return NO_ROWS;
}

/** `RESET k` and `RESET`: back to DuckDB's default, or to what the session was opened with. */
export async function resetSettings(context: CommandContext, key: string | null): Promise<ExecutorResult> {
  const { conf, initialConf, state } = context;
  await inTurn(context, async (connection) => {
    for (const name of key === null ? state.settingKeys : [key]) {
      if (!(await knows(connection, context, name))) continue;
      await connection.run(context.signal, `RESET ${identifier(name)}`);
      await keep(connection, context, { key: name, sql: null });
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

/** Remembers a changed setting for the session's other connections, unless it holds for the whole engine anyway. */
async function keep(
  connection: Connection,
  { state, connections, signal }: CommandContext,
  { key, sql }: { readonly key: string; readonly sql: string | null },
): Promise<void> {
  const name = key.toLowerCase();
  if (PATH_KEYS.has(name)) {
    const [row] = await connection.rows(signal, `SELECT current_setting('search_path') AS path`);
    state.setSearchPath(String(row?.path ?? ''));
  } else if (sql === null) {
    state.dropSetting(name);
  } else {
    const [row] = await connection.rows(
      signal,
      `SELECT scope FROM duckdb_settings() WHERE lower(name) = ${literal(name)}`,
    );
    if (row?.scope === 'LOCAL') state.keepSetting(name, sql);
  }
  connections.invalidateOthers();
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

function shown(key: string, value: string): string {
  return SECRET.test(key) ? HIDDEN : value;
}
