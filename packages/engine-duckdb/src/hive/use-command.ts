import { type ExecutorResult, rowsResult, textColumns } from '@senbon/engine-host';
import { literal } from '../sql/quote.ts';
import { type CommandContext, inTurn, NO_ROWS } from './command-context.ts';
import { resolveDatabase, searchPathOf } from './search-path.ts';

/** `USE db`. */
export async function useDatabase(context: CommandContext, name: readonly string[]): Promise<ExecutorResult> {
  await inTurn(context, async (connection) => {
    const path = searchPathOf(await resolveDatabase(connection, context.signal, name));
    await connection.run(context.signal, `SET search_path = ${literal(path)}`);
    context.state.setSearchPath(path);
    context.connections.invalidateOthers();
  });
  return NO_ROWS;
}

/** Hive's current database is DuckDB's current schema; DuckDB's own `current_database()` is the catalog. */
export async function currentDatabase(context: CommandContext): Promise<ExecutorResult> {
  return currentOf(context, 'current_schema()', 'current_database()');
}

export async function currentCatalog(context: CommandContext): Promise<ExecutorResult> {
  return currentOf(context, 'current_catalog()', 'catalog');
}

async function currentOf(context: CommandContext, expression: string, name: string): Promise<ExecutorResult> {
  const value = await inTurn(context, async (connection) => {
    const [row] = await connection.rows(context.signal, `SELECT ${expression} AS value`);
    return String(row?.value);
  });
  return rowsResult(textColumns(name), [[value]]);
}
