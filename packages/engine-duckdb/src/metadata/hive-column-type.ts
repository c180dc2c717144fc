import { type ColumnTypeInfo, decimalTypeInfo, hiveTypeInfo, type HiveTypeName } from '@senbon/engine-host';

const names: Readonly<Record<string, HiveTypeName>> = {
  BOOLEAN: 'BOOLEAN',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  UTINYINT: 'SMALLINT',
  USMALLINT: 'INT',
  UINTEGER: 'BIGINT',
  FLOAT: 'FLOAT',
  DOUBLE: 'DOUBLE',
  DATE: 'DATE',
  BLOB: 'BINARY',
  TIMESTAMP: 'TIMESTAMP',
  TIMESTAMP_S: 'TIMESTAMP',
  TIMESTAMP_MS: 'TIMESTAMP',
  TIMESTAMP_NS: 'TIMESTAMP',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP',
  '"NULL"': 'INT',
};
const decimals: Readonly<Record<string, readonly [precision: number, scale: number]>> = {
  UBIGINT: [20, 0],
  HUGEINT: [38, 0],
  UHUGEINT: [38, 0],
};

/** The Hive type of a DuckDB type in DuckDB's own notation, as `duckdb_columns()` has it. */
export function describeType(duckDbType: string): ColumnTypeInfo {
  const [, precision, scale] = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(duckDbType) ?? [];
  const fixed = decimals[duckDbType];
  if (fixed !== undefined) return decimalTypeInfo(...fixed);
  if (precision !== undefined && scale !== undefined)
    return decimalTypeInfo(Number(precision), Number(scale));
  const name = nestedName(duckDbType) ?? names[duckDbType] ?? 'STRING';
  return hiveTypeInfo(name);
}

function nestedName(duckDbType: string): HiveTypeName | null {
  if (duckDbType.endsWith(']')) return 'ARRAY';
  if (duckDbType.startsWith('MAP(')) return 'MAP';
  return duckDbType.startsWith('STRUCT(') ? 'STRUCT' : null;
}
