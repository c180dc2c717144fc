import { MAX_DEPTH } from '../bytes/limits.ts';
import { ThriftProtocolError } from '../errors.ts';
import { TTypeId, TypeQualifier } from './enums.ts';
import type { TPrimitiveTypeEntry, TTypeDesc, TTypeEntry } from './schema.ts';

const names = new Map<number, string>(
  Object.entries(TTypeId).map(([name, id]) => [id, name.toLowerCase().replaceAll('_', ' ')]),
);
names.set(TTypeId.NULL, 'void');
names.set(TTypeId.TIMESTAMPLOCALTZ, 'timestamp with local time zone');
names.set(TTypeId.INTERVAL_YEAR_MONTH, 'interval_year_month');
names.set(TTypeId.INTERVAL_DAY_TIME, 'interval_day_time');

/** Pointers followed for one column: a few types that point at each other often would be written out for ever. */
const MAX_TYPE_PARTS = 10_000;

/**
 * A column's type as HiveQL spells it: `decimal(10,2)`, `array<map<string,int>>`, `struct<a:int,b:varchar(9)>`. Throws
 * ThriftProtocolError for pointers that lead nowhere or in a circle.
 */
export function typeName(desc: TTypeDesc): string {
  let parts = 0;
  const nameAt = (index: number, depth: number): string => {
    const entry = desc.types[index];
    parts += 1;
    if (entry === undefined || depth > MAX_DEPTH || parts > MAX_TYPE_PARTS) {
      throw new ThriftProtocolError(
        'bad-message',
        `type pointer ${index} of ${desc.types.length} leads nowhere`,
      );
    }
    return entryName(entry, (pointer) => nameAt(pointer, depth + 1));
  };
  return nameAt(0, 0);
}

/** An integer qualifier of a primitive column; null when it has none. See `TypeQualifier`. */
export function typeQualifier(desc: TTypeDesc, name: TypeQualifier): number | null {
  return desc.types[0]?.primitiveEntry?.typeQualifiers?.qualifiers.get(name)?.i32Value ?? null;
}

/** The type id of a column; of a nested type, the id of its outermost. Null for what a newer server invented. */
export function typeId(desc: TTypeDesc): TTypeId | null {
  const [entry] = desc.types;
  if (entry === undefined) return null;
  if (entry.primitiveEntry !== undefined) return entry.primitiveEntry.type;
  if (entry.arrayEntry !== undefined) return TTypeId.ARRAY;
  if (entry.mapEntry !== undefined) return TTypeId.MAP;
  if (entry.structEntry !== undefined) return TTypeId.STRUCT;
  if (entry.unionEntry !== undefined) return TTypeId.UNION;
  return TTypeId.USER_DEFINED;
}

function entryName(entry: TTypeEntry, at: (pointer: number) => string): string {
  if (entry.primitiveEntry !== undefined) return primitiveName(entry.primitiveEntry);
  if (entry.arrayEntry !== undefined) return `array<${at(entry.arrayEntry.objectTypePtr)}>`;
  if (entry.mapEntry !== undefined) {
    return `map<${at(entry.mapEntry.keyTypePtr)},${at(entry.mapEntry.valueTypePtr)}>`;
  }
  if (entry.structEntry !== undefined) {
    const fields = [...entry.structEntry.nameToTypePtr].map(([name, pointer]) => `${name}:${at(pointer)}`);
    return `struct<${fields.join(',')}>`;
  }
  if (entry.unionEntry !== undefined) {
    return `uniontype<${[...entry.unionEntry.nameToTypePtr.values()].map(at).join(',')}>`;
  }
  return entry.userDefinedTypeEntry.typeClassName;
}

/** Servers name nested types by the bare primitive ids ARRAY, MAP, STRUCT when they do not send the details. */
function primitiveName({ type, typeQualifiers }: TPrimitiveTypeEntry): string {
  const name = names.get(type) ?? `type ${type}`;
  const qualifier = (key: TypeQualifier): number | undefined => typeQualifiers?.qualifiers.get(key)?.i32Value;
  const precision = qualifier(TypeQualifier.PRECISION);
  const length = qualifier(TypeQualifier.CHARACTER_MAXIMUM_LENGTH);
  if (type === TTypeId.DECIMAL && precision !== undefined) {
    return `${name}(${precision},${qualifier(TypeQualifier.SCALE) ?? 0})`;
  }
  if ((type === TTypeId.VARCHAR || type === TTypeId.CHAR) && length !== undefined)
    return `${name}(${length})`;
  return name;
}
