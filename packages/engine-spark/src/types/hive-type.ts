import type { HiveType, HiveTypeName } from '@senbon/engine-host';
import type { SparkType } from './spark-type.ts';

const NAMES: { readonly [Kind in SparkType['kind']]: HiveTypeName } = {
  null: 'NULL',
  boolean: 'BOOLEAN',
  byte: 'TINYINT',
  short: 'SMALLINT',
  integer: 'INT',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  decimal: 'DECIMAL',
  string: 'STRING',
  char: 'CHAR',
  varchar: 'VARCHAR',
  binary: 'BINARY',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestampNtz: 'TIMESTAMP',
  // Months, days and a time at once: Hive has no such type.
  calendarInterval: 'STRING',
  yearMonthInterval: 'INTERVAL_YEAR_MONTH',
  dayTimeInterval: 'INTERVAL_DAY_TIME',
  array: 'ARRAY',
  map: 'MAP',
  struct: 'STRUCT',
  variant: 'STRING',
  unknown: 'STRING',
};

/** The type that a driver sees. */
export function hiveType(type: SparkType): HiveType {
  const name = NAMES[type.kind];
  if (type.kind === 'decimal') return { name, precision: type.precision, scale: type.scale };
  if (type.kind === 'char' || type.kind === 'varchar') return { name, maxLength: type.length };
  return { name };
}
