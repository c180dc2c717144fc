import type { Connection } from '../connection/connection.ts';
import { failed } from '../connection/duckdb-error.ts';
import { identifier, literal } from '../sql/quote.ts';

/** The Hive database every session can name. A schema of that name is made in the engine's own database. */
export const DEFAULT_DATABASE = 'default';
/** The schema DuckDB itself makes in each of its databases. */
const MAIN = 'main';

/** A Hive database in DuckDB's terms. */
export interface DatabaseName {
  readonly catalog: string;
  readonly schema: string;
}

/**
 * The database that `parts` (of a name as written) mean: a schema of the current catalog, else an attached database by
 * itself, else `catalog.schema`. `default` falls back to `main` where there is no such schema, as in attached files.
 * Throws STATEMENT_FAILED 42704.
 */
export async function resolveDatabase(
  connection: Connection,
  signal: AbortSignal,
  parts: readonly string[],
): Promise<DatabaseName> {
  const [first = '', second] = parts;
  const found = await connection.rows(
    signal,
    `SELECT database_name AS catalog, schema_name AS schema, database_name = current_catalog() AS is_current
     FROM duckdb_schemas()
     WHERE lower(schema_name) = lower(${literal(second ?? first)}) OR lower(database_name) = lower(${literal(first)})`,
  );
  const schemas = found.map((row) => ({
    catalog: String(row.catalog),
    schema: String(row.schema),
    isCurrent: row.is_current === true,
  }));
  const here = (name: string) => schemas.find((row) => row.isCurrent && isSame(row.schema, name));
  const within = (catalog: string, name: string) =>
    schemas.find((row) => isSame(row.catalog, catalog) && isSame(row.schema, name));
  const resolved =
    second !== undefined
      ? (within(first, second) ?? (isSame(second, DEFAULT_DATABASE) ? within(first, MAIN) : undefined))
      : (here(first) ?? within(first, DEFAULT_DATABASE) ?? within(first, MAIN));
  if (resolved !== undefined && parts.length <= 2) return resolved;
  if (parts.length === 1 && isSame(first, DEFAULT_DATABASE)) return mainOfCurrent(connection, signal);
  throw failed('42704', `Database '${parts.join('.')}' not found. SHOW DATABASES lists those there are`);
}

/** A search path: tables of a file made elsewhere stand in `main`, so that `default` sees those as well. */
export function searchPathOf({ catalog, schema }: DatabaseName): string {
  const path = `${identifier(catalog)}.${identifier(schema)}`;
  return isSame(schema, DEFAULT_DATABASE) ? `${path},${identifier(catalog)}.${identifier(MAIN)}` : path;
}

async function mainOfCurrent(connection: Connection, signal: AbortSignal): Promise<DatabaseName> {
  const [row] = await connection.rows(signal, 'SELECT current_catalog() AS catalog');
  return { catalog: String(row?.catalog), schema: MAIN };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
