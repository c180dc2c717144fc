import {
  DuckDBArrayType,
  type DuckDBArrayValue,
  DuckDBListType,
  type DuckDBListValue,
  DuckDBMapType,
  type DuckDBMapValue,
  DuckDBStructType,
  type DuckDBStructValue,
  type DuckDBTimestampTZValue,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionType,
  type DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { shortestDouble, TextSink, type ZoneClock } from '@senbon/engine-host';
import { putTicks } from './temporal-appenders.ts';

/**
 * A nested value as Hive's JSON-like text. One step from Hive: the keys of a map are always quoted, so that the text
 * is JSON, which npm's `hive-driver` parses; for the same reason NaN and the infinities are quoted.
 * `value` was decoded as `decodingType(type)`.
 */
export function nestedText(value: DuckDBValue, type: DuckDBType, clock: ZoneClock): string {
  if (value === null) return 'null';
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const { items } = value as DuckDBListValue | DuckDBArrayValue;
    return `[${items.map((item) => nestedText(item, type.valueType, clock)).join(',')}]`;
  }
  if (type instanceof DuckDBStructType) {
    const { entries } = value as DuckDBStructValue;
    const members = type.entryTypes.map((entryType, i) => {
      return `${JSON.stringify(entryName(type, i))}:${nestedText(entries[entryKey(i)] ?? null, entryType, clock)}`;
    });
    return `{${members.join(',')}}`;
  }
  if (type instanceof DuckDBMapType) {
    const { entries } = value as DuckDBMapValue;
    const members = entries.map(({ key, value: member }) => {
      return `${keyText(nestedText(key, type.keyType, clock))}:${nestedText(member, type.valueType, clock)}`;
    });
    return `{${members.join(',')}}`;
  }
  if (type instanceof DuckDBUnionType) {
    const { tag, value: member } = value as DuckDBUnionValue;
    return nestedText(member, type.memberTypeForTag(tag), clock);
  }
  return scalarText(value, type, clock);
}

/** A value without a layout of its own, as DuckDB shows it; instants on the session's wall clock. */
export function plainText(value: DuckDBValue, type: DuckDBType, clock: ZoneClock): string {
  if (type instanceof DuckDBUnionType) {
    const { tag, value: member } = value as DuckDBUnionValue;
    if (member === null) return 'null';
    return plainText(member, type.memberTypeForTag(tag), clock);
  }
  if (isNested(type)) return nestedText(value, type, clock);
  if (type.typeId !== DuckDBTypeId.TIMESTAMP_TZ) return String(value);
  const sink = new TextSink(1);
  putTicks(sink, (value as DuckDBTimestampTZValue).micros, { perSecond: 1_000_000, digits: 6, clock });
  return sink.bytes.toString('utf8', 0, sink.length);
}

/**
 * The type to decode with. The library keeps a struct's values in an object by name, which loses those of `row(1, 2)`
 * (all names are empty) and of a member called `__proto__`; here they go by position.
 */
export function decodingType(type: DuckDBType): DuckDBType {
  if (type instanceof DuckDBListType) return new DuckDBListType(decodingType(type.valueType));
  if (type instanceof DuckDBArrayType) return new DuckDBArrayType(decodingType(type.valueType), type.length);
  if (type instanceof DuckDBMapType)
    return new DuckDBMapType(decodingType(type.keyType), decodingType(type.valueType));
  if (type instanceof DuckDBUnionType)
    return new DuckDBUnionType(type.memberTags, type.memberTypes.map(decodingType));
  if (type instanceof DuckDBStructType)
    return new DuckDBStructType(
      type.entryTypes.map((_, i) => entryKey(i)),
      type.entryTypes.map(decodingType),
    );
  return type;
}

/** A struct member's name; `col1`, `col2`, … for those without one, as Hive calls them. */
export function entryName(type: DuckDBStructType, index: number): string {
  const name = type.entryNames[index];
  return name === undefined || name === '' ? `col${index + 1}` : name;
}

function isNested(type: DuckDBType): boolean {
  return (
    type instanceof DuckDBListType ||
    type instanceof DuckDBArrayType ||
    type instanceof DuckDBStructType ||
    type instanceof DuckDBMapType
  );
}

function entryKey(index: number): string {
  return `f${index}`;
}

function keyText(json: string): string {
  return json.startsWith('"') ? json : JSON.stringify(json);
}

function scalarText(value: DuckDBValue, type: DuckDBType, clock: ZoneClock): string {
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) return JSON.stringify(String(value));
      return String(type.typeId === DuckDBTypeId.FLOAT ? shortestDouble(value) : value);
    case 'string':
      return type.alias === 'JSON' ? value : JSON.stringify(value);
    default:
      if (type.typeId === DuckDBTypeId.DECIMAL) return String(value);
      return JSON.stringify(plainText(value, type, clock));
  }
}
