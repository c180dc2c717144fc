import { NO_USER_MACRO } from '../sql/user-macros.ts';
import type { MetadataRequest } from '@senbon/engine-host';
import { SYSTEM_SCHEMAS } from '../hive/show-commands.ts';
import { literal } from '../sql/quote.ts';
import { equalName, likePattern } from './pattern.ts';

type Request<Kind extends MetadataRequest['kind']> = Extract<MetadataRequest, { kind: Kind }>;

/** Types of GetTables. Temporary tables are the session's own. */
export const TABLE_TYPES = ['TABLE', 'VIEW', 'LOCAL TEMPORARY'] as const;

/** Catalogs are DuckDB's databases: the engine's own and the attached ones. */
export const CATALOGS = `SELECT database_name AS name FROM duckdb_databases() WHERE NOT internal ORDER BY name`;

export function schemasQuery(request: Request<'schemas'>): string {
  return `SELECT schema_name AS name, database_name AS catalog FROM duckdb_schemas()
    WHERE database_name NOT IN ('system', 'temp') AND schema_name NOT IN ${SYSTEM_SCHEMAS}
      AND ${equalName('database_name', request.catalog)} AND ${likePattern('schema_name', request.schemaPattern)}
    ORDER BY catalog, name`;
}

const RELATIONS = `
  SELECT database_name, schema_name, table_name AS name, comment,
    CASE WHEN temporary THEN 'LOCAL TEMPORARY' ELSE 'TABLE' END AS type
  FROM duckdb_tables() WHERE NOT internal
  UNION ALL
  SELECT database_name, schema_name, view_name, comment, 'VIEW' FROM duckdb_views() WHERE NOT internal`;

export function tablesQuery(request: Request<'tables'>): string {
  const asked = new Set(request.tableTypes?.map((type) => type.toUpperCase()));
  // Of what is asked for only what there is: a client may name a million types.
  const types = TABLE_TYPES.filter((type) => asked.has(type));
  const none = asked.size === 0 ? 'true' : 'false';
  const ofType = types.length === 0 ? none : `type IN (${types.map(literal).join(', ')})`;
  return `SELECT database_name AS catalog, schema_name AS schema, name, type, comment FROM (${RELATIONS})
    WHERE ${equalName('database_name', request.catalog)} AND ${likePattern('schema_name', request.schemaPattern)}
      AND ${likePattern('name', request.tablePattern)} AND ${ofType}
    ORDER BY type, catalog, schema, name`;
}

export function columnsQuery(request: Request<'columns'>): string {
  return `SELECT database_name AS catalog, schema_name AS schema, table_name AS "table", column_name AS name,
      data_type AS type, comment, is_nullable AS nullable, column_default AS initial, column_index AS position
    FROM duckdb_columns() WHERE NOT internal
      AND ${equalName('database_name', request.catalog)} AND ${likePattern('schema_name', request.schemaPattern)}
      AND ${likePattern('table_name', request.tablePattern)} AND ${likePattern('column_name', request.columnPattern)}
    ORDER BY catalog, schema, "table", position`;
}

/** Overloads of one name are one row: Hive's clients have no use for hundreds of `+`. */
export function functionsQuery(request: Request<'functions'>): string {
  return `SELECT database_name AS catalog, schema_name AS schema, function_name AS name,
      any_value(description) AS remarks, bool_or(function_type IN ('table', 'table_macro')) AS is_table
    FROM duckdb_functions()
    WHERE ${equalName('database_name', request.catalog)} AND ${likePattern('schema_name', request.schemaPattern)}
      AND ${likePattern('function_name', request.functionPattern)} AND ${NO_USER_MACRO}
    GROUP BY ALL ORDER BY catalog, schema, name`;
}

export function primaryKeysQuery(request: Request<'primaryKeys'>): string {
  return `SELECT database_name AS catalog, schema_name AS schema, table_name AS "table", constraint_name AS key,
      unnest(constraint_column_names) AS name, generate_subscripts(constraint_column_names, 1) AS position
    FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'
      AND ${equalName('database_name', request.catalog)} AND ${equalName('schema_name', request.schema)}
      AND ${equalName('table_name', request.table)}
    ORDER BY name`;
}

/** Foreign keys; a DuckDB foreign key refers to a table of its own schema. */
export function crossReferenceQuery({ parent, foreign }: Request<'crossReference'>): string {
  return `SELECT database_name AS catalog, schema_name AS schema, table_name AS "table", constraint_name AS key,
      referenced_table AS parent, unnest(constraint_column_names) AS name,
      unnest(referenced_column_names) AS parent_name,
      generate_subscripts(constraint_column_names, 1) AS position
    FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY'
      AND ${equalName('database_name', foreign.catalog)} AND ${equalName('schema_name', foreign.schema)}
      AND ${equalName('table_name', foreign.table)}
      AND ${equalName('database_name', parent.catalog)} AND ${equalName('schema_name', parent.schema)}
      AND ${equalName('referenced_table', parent.table)}
    ORDER BY catalog, schema, "table", key, position`;
}
