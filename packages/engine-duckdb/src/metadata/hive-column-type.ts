import type { HiveTypeName } from '@senbon/engine-host';

/** A type as metadata calls describe it: java.sql.Types, size, decimal digits and radix. */
export interface ColumnTypeInfo {
  readonly name: string;
  readonly jdbcType: number;
  readonly size: number | null;
  readonly digits: number | null;
  readonly radix: number | null;
}

const MAX_INT = 2 ** 31 - 1;
const DECIMAL_RADIX = 10;

type Info = Omit<ColumnTypeInfo, 'name'>;

function info(jdbcType: number, size: number | null, digits: number | null = null): Info {
  return { jdbcType, size, digits, radix: digits === null ? null : DECIMAL_RADIX };
}

/** Sizes and digits as HiveServer2 reports them. */
const infos: Readonly<Partial<Record<HiveTypeName, Info>>> = {
  NULL: info(0, null),
  BOOLEAN: info(16, null),
  TINYINT: info(-6, 3, 0),
  SMALLINT: info(5, 5, 0),
  INT: info(4, 10, 0),
  BIGINT: info(-5, 19, 0),
  FLOAT: info(6, 7, 7),
  DOUBLE: info(8, 15, 15),
  STRING: info(12, MAX_INT),
  DATE: info(91, 10),
  TIMESTAMP: { ...info(93, 29), digits: 9 },
  BINARY: info(-2, MAX_INT),
  ARRAY: info(2003, null),
  MAP: info(2000, null),
  STRUCT: info(2002, null),
};
const DECIMAL_JDBC = 3;

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
  if (fixed !== undefined) return decimalType(...fixed);
  if (precision !== undefined && scale !== undefined) return decimalType(Number(precision), Number(scale));
  const name = nestedName(duckDbType) ?? names[duckDbType] ?? 'STRING';
  return { name, ...(infos[name] ?? info(12, MAX_INT)) };
}

/** Every type a column can have, for GetTypeInfo. */
export function allTypes(): readonly ColumnTypeInfo[] {
  const plain = Object.entries(infos).map(([name, entry]) => ({ name, ...entry }));
  return [...plain, { ...decimalType(38, 38), name: 'DECIMAL' }];
}

function decimalType(precision: number, scale: number): ColumnTypeInfo {
  return {
    name: `DECIMAL(${precision},${scale})`,
    jdbcType: DECIMAL_JDBC,
    size: precision,
    digits: scale,
    radix: DECIMAL_RADIX,
  };
}

function nestedName(duckDbType: string): HiveTypeName | null {
  if (duckDbType.endsWith(']')) return 'ARRAY';
  if (duckDbType.startsWith('MAP(')) return 'MAP';
  return duckDbType.startsWith('STRUCT(') ? 'STRUCT' : null;
}
