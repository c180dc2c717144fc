import { SenbonError } from '@senbon/core';
import {
  type Cell,
  type ColumnSchema,
  type ExecutorResult,
  rowsResult,
  textColumns,
} from '@senbon/engine-host';
import type { Connection, Row } from '../connection/connection.ts';
import { failed } from '../connection/duckdb-error.ts';
import type { ShowDialect } from '../options.ts';
import { literal, qualified } from '../sql/quote.ts';
import { hiveTypeText } from '../types/column-plan.ts';
import { type CommandContext, inTurn } from './command-context.ts';
import { namePattern } from './name-pattern.ts';
import { resolveDatabase } from './search-path.ts';

/** SQLSTATEs of a table and of a schema that is not there. */
const NOT_FOUND: ReadonlySet<string> = new Set(['42P01', '42704']);
/** Schemas every DuckDB database has and no client asks for. */
export const SYSTEM_SCHEMAS = `('information_schema', 'pg_catalog')`;

const labels = {
  hive: { database: 'database_name', table: 'tab_name', describe: ['col_name', 'data_type', 'comment'] },
  impala: { database: 'name', table: 'name', describe: ['name', 'type', 'comment'] },
} as const satisfies Record<ShowDialect, unknown>;

/** `SHOW DATABASES`: the schemas of the current catalog. */
export async function showDatabases(
  context: CommandContext,
  pattern: string | null,
): Promise<ExecutorResult> {
  return showNames(context, {
    column: labels[context.showDialect].database,
    pattern,
    query: async () =>
      `SELECT DISTINCT schema_name AS name FROM duckdb_schemas()
       WHERE database_name = current_catalog() AND schema_name NOT IN ${SYSTEM_SCHEMAS} ORDER BY name`,
  });
}

export interface ShowTables {
  readonly database: readonly string[] | null;
  readonly pattern: string | null;
  readonly onlyViews: boolean;
}

/** `SHOW TABLES [IN db]`: tables and views; of the current database with the session's temporary ones. */
export async function showTables(context: CommandContext, request: ShowTables): Promise<ExecutorResult> {
  return showNames(context, {
    column: labels[context.showDialect].table,
    pattern: request.pattern,
    query: async (connection) => {
      const where =
        request.database === null
          ? IN_SEARCH_PATH
          : await inDatabase(connection, context.signal, request.database);
      return `SELECT DISTINCT name FROM (${RELATIONS}) WHERE ${where}${request.onlyViews ? ' AND is_view' : ''} ORDER BY name`;
    },
  });
}

export async function showFunctions(
  context: CommandContext,
  pattern: string | null,
): Promise<ExecutorResult> {
  return showNames(context, {
    column: 'tab_name',
    pattern,
    query: async () => 'SELECT DISTINCT function_name AS name FROM duckdb_functions() ORDER BY name',
  });
}

/** `DESCRIBE t` in Hive's three columns: the six of DuckDB's are more than Hive's clients can take apart. */
export async function describeTable(
  context: CommandContext,
  table: readonly string[],
): Promise<ExecutorResult> {
  try {
    const rows = await columnsOf(context, table);
    return rowsResult(textColumns(...labels[context.showDialect].describe), rows);
  } catch (error) {
    // SQLAlchemy's dialect for Hive knows a table that is not there by these words, and by nothing else.
    if (!(error instanceof SenbonError) || !NOT_FOUND.has(error.sqlState)) throw error;
    throw failed('42P01', `SemanticException [Error 10001]: Table not found ${table.join('.')}`);
  }
}

export async function showColumns(
  context: CommandContext,
  table: readonly string[],
): Promise<ExecutorResult> {
  const rows = await columnsOf(context, table);
  return rowsResult(
    textColumns('field'),
    rows.map(([name]) => [name ?? null]),
  );
}

export async function showCreateTable(
  context: CommandContext,
  table: readonly string[],
): Promise<ExecutorResult> {
  const [row] = await inTurn(context, async (connection) => {
    const name = table.at(-1) ?? '';
    const scope =
      table.length > 1 ? await inDatabase(connection, context.signal, table.slice(0, -1)) : IN_SEARCH_PATH;
    return connection.rows(
      context.signal,
      `SELECT sql FROM (${RELATIONS}) WHERE lower(name) = lower(${literal(name)}) AND ${scope}`,
    );
  });
  if (row === undefined) throw failed('42P01', `Table or view ${table.join('.')} does not exist`);
  return rowsResult(textColumns('createtab_stmt'), [[String(row.sql)]]);
}

const RELATIONS = `
  SELECT database_name, schema_name, table_name AS name, false AS is_view, sql FROM duckdb_tables() WHERE NOT internal
  UNION ALL
  SELECT database_name, schema_name, view_name, true, sql FROM duckdb_views() WHERE NOT internal`;
const IN_SEARCH_PATH = `(database_name = 'temp' OR (database_name = current_catalog() AND list_contains(current_schemas(false), schema_name)))`;

async function inDatabase(
  connection: Connection,
  signal: AbortSignal,
  name: readonly string[],
): Promise<string> {
  const { catalog, schema } = await resolveDatabase(connection, signal, name);
  return `(database_name = ${literal(catalog)} AND schema_name = ${literal(schema)})`;
}

interface Names {
  readonly column: string;
  readonly pattern: string | null;
  /** A query with one column `name`. */
  readonly query: (connection: Connection) => Promise<string>;
}

async function showNames(
  context: CommandContext,
  { column, pattern, query }: Names,
): Promise<ExecutorResult> {
  const matches = namePattern(pattern);
  const rows = await inTurn(context, async (connection) =>
    connection.rows(context.signal, await query(connection)),
  );
  const schema: readonly ColumnSchema[] = textColumns(column);
  return rowsResult(
    schema,
    rows
      .map(nameOf)
      .filter(matches)
      .map((name) => [name]),
  );
}

/** Name, Hive type and comment of each column. DuckDB finds the table, so that every form of a name works. */
async function columnsOf(context: CommandContext, table: readonly string[]): Promise<Cell[][]> {
  const { signal } = context;
  return inTurn(context, async (connection) => {
    const prepared = await connection.call(signal, async (raw) =>
      raw.prepare(`SELECT * FROM ${qualified(table)}`),
    );
    const columns: Cell[][] = [];
    for (let i = 0; i < prepared.columnCount; i++) {
      columns.push([prepared.columnName(i), hiveTypeText(prepared.columnType(i)), null]);
    }
    prepared.destroySync();
    const comments = await commentsOf(connection, signal, table);
    return columns.map(([name, type]) => [name ?? null, type ?? null, comments.get(String(name)) ?? '']);
  });
}

async function commentsOf(
  connection: Connection,
  signal: AbortSignal,
  table: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const schema = table.length > 1 ? `schema_name = ${literal(table.at(-2) ?? '')}` : IN_SEARCH_PATH;
  const rows = await connection.rows(
    signal,
    `SELECT column_name AS name, comment FROM duckdb_columns()
     WHERE comment IS NOT NULL AND lower(table_name) = lower(${literal(table.at(-1) ?? '')}) AND ${schema}`,
  );
  return new Map(rows.map((row) => [nameOf(row), String(row.comment)]));
}

function nameOf(row: Row): string {
  return String(row.name);
}
