import type { HiveTypeName } from '../executor.ts';
import type { Cell } from './build-rows.ts';

/** java.sql.DatabaseMetaData's numbers. */
export const JDBC = {
  noNulls: 0,
  nullable: 1,
  returnsValue: 1,
  returnsTable: 2,
  searchable: 3,
  noAction: 3,
  notDeferrable: 7,
} as const;

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

/** Of any type but DECIMAL, which has a precision of its own (`decimalTypeInfo`). */
export function hiveTypeInfo(name: HiveTypeName): ColumnTypeInfo {
  return { name, ...(infos[name] ?? info(12, MAX_INT)) };
}

/** Every type a column can have, for GetTypeInfo. */
function allTypes(): readonly ColumnTypeInfo[] {
  const plain = Object.entries(infos).map(([name, entry]) => ({ name, ...entry }));
  return [...plain, { ...decimalTypeInfo(38, 38), name: 'DECIMAL' }];
}

export function decimalTypeInfo(precision: number, scale: number): ColumnTypeInfo {
  return {
    name: `DECIMAL(${precision},${scale})`,
    jdbcType: DECIMAL_JDBC,
    size: precision,
    digits: scale,
    radix: DECIMAL_RADIX,
  };
}

/** The answer to GetTypeInfo. */
export function typeInfoRows(): readonly (readonly Cell[])[] {
  return allTypes().map(typeInfoCells);
}

function typeInfoCells(type: ColumnTypeInfo): readonly Cell[] {
  const isText = type.name === 'STRING';
  const quote = isText || type.name === 'DATE' || type.name === 'TIMESTAMP' ? "'" : null;
  const isNumber = type.radix !== null;
  const scale = type.name === 'DECIMAL' ? type.digits : 0;
  return [
    type.name,
    type.jdbcType,
    type.size,
    quote,
    quote,
    type.name === 'DECIMAL' ? 'precision,scale' : null,
    JDBC.nullable,
    isText,
    JDBC.searchable,
    !isNumber,
    false,
    false,
    null,
    0,
    scale,
    null,
    null,
    type.radix,
  ];
}
