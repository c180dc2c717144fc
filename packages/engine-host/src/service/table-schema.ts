import {
  type TTableSchema,
  type TTypeQualifiers,
  type TTypeQualifierValue,
  TTypeId,
  TypeQualifier,
} from '@senbon/hive-thrift';
import type { ColumnSchema, HiveType } from '../executor.ts';

export function tableSchemaOf(columns: readonly ColumnSchema[]): TTableSchema {
  return { columns: columns.map(columnOf) };
}

/** Nested types go as primitive entries too: HiveServer2 names them so and sends their values as text. */
function columnOf(column: ColumnSchema, index: number): TTableSchema['columns'][number] {
  const type = TTypeId[column.type.name];
  const typeQualifiers = qualifiersOf(column.type);
  return {
    columnName: column.name,
    typeDesc: {
      types: [{ primitiveEntry: typeQualifiers === null ? { type } : { type, typeQualifiers } }],
    },
    position: index + 1,
    ...(column.comment === undefined ? {} : { comment: column.comment }),
  };
}

function qualifiersOf({ precision, scale, maxLength }: HiveType): TTypeQualifiers | null {
  const qualifiers = new Map<string, TTypeQualifierValue>();
  if (precision !== undefined) qualifiers.set(TypeQualifier.PRECISION, { i32Value: precision });
  if (scale !== undefined) qualifiers.set(TypeQualifier.SCALE, { i32Value: scale });
  if (maxLength !== undefined)
    qualifiers.set(TypeQualifier.CHARACTER_MAXIMUM_LENGTH, { i32Value: maxLength });
  return qualifiers.size === 0 ? null : { qualifiers };
}
