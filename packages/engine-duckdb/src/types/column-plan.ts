import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api';
import { type HiveType, type HiveTypeName, ZoneClock } from '@senbon/engine-host';
import type { AppenderFactory } from './column-appender.ts';
import { decimalAppender, hugeintAppender, ubigintAppender, uhugeintAppender } from './decimal-appender.ts';
import { enumAppender } from './enum-appender.ts';
import * as fixed from './fixed-appender.ts';
import { decodingType, entryName, nestedText, plainText } from './nested-text.ts';
import { blobAppender, varcharAppender } from './string-appender.ts';
import {
  dateAppender,
  timeAppender,
  timestampAppender,
  zonedTimestampAppender,
} from './temporal-appenders.ts';
import { textAppender } from './text-appender.ts';
import { uuidAppender } from './uuid-appender.ts';

/** Hive's widest DECIMAL. */
const MAX_PRECISION = 38;
const UBIGINT_DIGITS = 20;
/** For questions about types, where no value is shown. */
const UNUSED_CLOCK = new ZoneClock('UTC');

/** How a DuckDB type reaches a client: as which Hive type, and by which appender. */
export interface ColumnPlan {
  readonly hive: HiveType;
  readonly appender: AppenderFactory;
}

export function planColumn(type: DuckDBType, clock: ZoneClock): ColumnPlan {
  return planFixed(type) ?? planText(type, clock);
}

function plan(name: HiveTypeName, appender: AppenderFactory): ColumnPlan {
  return { hive: { name }, appender };
}

function decimal(precision: number, scale: number, appender: AppenderFactory): ColumnPlan {
  return { hive: { name: 'DECIMAL', precision, scale }, appender };
}

function planFixed(type: DuckDBType): ColumnPlan | null {
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return plan('BOOLEAN', fixed.boolAppender);
    case DuckDBTypeId.TINYINT:
      return plan('TINYINT', fixed.tinyintAppender);
    case DuckDBTypeId.SMALLINT:
      return plan('SMALLINT', fixed.smallintAppender);
    case DuckDBTypeId.INTEGER:
      return plan('INT', fixed.integerAppender);
    case DuckDBTypeId.BIGINT:
      return plan('BIGINT', fixed.bigintAppender);
    case DuckDBTypeId.UTINYINT:
      return plan('SMALLINT', fixed.utinyintAppender);
    case DuckDBTypeId.USMALLINT:
      return plan('INT', fixed.usmallintAppender);
    case DuckDBTypeId.UINTEGER:
      return plan('BIGINT', fixed.uintegerAppender);
    case DuckDBTypeId.FLOAT:
      return plan('FLOAT', fixed.floatAppender);
    case DuckDBTypeId.DOUBLE:
      return plan('DOUBLE', fixed.doubleAppender);
    default:
      return null;
  }
}

function planText(type: DuckDBType, clock: ZoneClock): ColumnPlan {
  if (type instanceof DuckDBDecimalType) {
    return decimal(type.width, type.scale, decimalAppender(type.width, type.scale));
  }
  if (type instanceof DuckDBEnumType) return plan('STRING', enumAppender(type));
  switch (type.typeId) {
    case DuckDBTypeId.VARCHAR:
      return plan('STRING', varcharAppender);
    case DuckDBTypeId.BLOB:
      return plan('BINARY', blobAppender);
    case DuckDBTypeId.UBIGINT:
      return decimal(UBIGINT_DIGITS, 0, ubigintAppender);
    // The text is exact, though a value may have 39 digits: what `sum(bigint)` returns must be a number to a driver.
    case DuckDBTypeId.HUGEINT:
      return decimal(MAX_PRECISION, 0, hugeintAppender);
    case DuckDBTypeId.UHUGEINT:
      return decimal(MAX_PRECISION, 0, uhugeintAppender);
    case DuckDBTypeId.DATE:
      return plan('DATE', dateAppender);
    case DuckDBTypeId.TIME:
      return plan('STRING', timeAppender);
    case DuckDBTypeId.TIMESTAMP_S:
      return plan('TIMESTAMP', timestampAppender(0));
    case DuckDBTypeId.TIMESTAMP_MS:
      return plan('TIMESTAMP', timestampAppender(3));
    case DuckDBTypeId.TIMESTAMP:
      return plan('TIMESTAMP', timestampAppender(6));
    case DuckDBTypeId.TIMESTAMP_NS:
      return plan('TIMESTAMP', timestampAppender(9));
    // Not TIMESTAMPLOCALTZ: Hive 2.3's driver does not know that type and fails on the whole result.
    case DuckDBTypeId.TIMESTAMP_TZ:
      return plan('TIMESTAMP', zonedTimestampAppender(clock));
    case DuckDBTypeId.UUID:
      return plan('STRING', uuidAppender);
    default:
      return planDecoded(type, clock);
  }
}

/** Types whose values the library decodes one by one. */
function planDecoded(type: DuckDBType, clock: ZoneClock): ColumnPlan {
  const decodeAs = decodingType(type);
  const name = nestedName(type);
  const toText = name === 'STRING' ? plainText : nestedText;
  const appender = textAppender((column, row, sink) => {
    const value = column.decoded(decodeAs).getItem(row);
    sink.put(toText(value, type, clock));
  });
  return plan(name, type.typeId === DuckDBTypeId.SQLNULL ? nullAppender : appender);
}

function nestedName(type: DuckDBType): HiveTypeName {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return 'ARRAY';
  if (type instanceof DuckDBMapType) return 'MAP';
  if (type instanceof DuckDBStructType) return 'STRUCT';
  // INTERVAL too: DuckDB's mixes months, days and microseconds, which neither of Hive's two intervals can.
  return type.typeId === DuckDBTypeId.SQLNULL ? 'NULL' : 'STRING';
}

/** `SELECT NULL`: every row is masked out. */
const nullAppender = textAppender(() => undefined);

/** A type as Hive's DDL writes it: `int`, `array<string>`, `struct<a:bigint>`, `decimal(10,2)`. */
export function hiveTypeText(type: DuckDBType): string {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    return `array<${hiveTypeText(type.valueType)}>`;
  }
  if (type instanceof DuckDBMapType)
    return `map<${hiveTypeText(type.keyType)},${hiveTypeText(type.valueType)}>`;
  if (type instanceof DuckDBStructType) {
    return `struct<${type.entryTypes.map((entry, i) => `${entryName(type, i)}:${hiveTypeText(entry)}`).join(',')}>`;
  }
  const { hive } = planColumn(type, UNUSED_CLOCK);
  if (hive.name === 'DECIMAL') return `decimal(${hive.precision},${hive.scale})`;
  return hive.name === 'NULL' ? 'void' : hive.name.toLowerCase();
}
