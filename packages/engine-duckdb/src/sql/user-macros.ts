import { identifier, literal } from './quote.ts';

const NAMES = ['current_user', 'session_user', 'user'] as const;

/** To DuckDB everybody is `duckdb`. These stand before its own macros of the same names, on one connection. */
export function userMacros(user: string): string {
  return NAMES.map((name) => `CREATE OR REPLACE TEMP MACRO ${identifier(name)}() AS ${literal(user)}`).join(
    '; ',
  );
}

/** Of `duckdb_functions()`: not one of them, which are there twice. */
export const NO_USER_MACRO = `NOT (database_name = 'temp' AND function_name IN (${NAMES.map(literal).join(', ')}))`;
