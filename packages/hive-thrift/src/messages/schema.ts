import type { MessageOf } from './codec.ts';
import { list, map } from './containers.ts';
import { TTypeId } from './enums.ts';
import { enumeration, i32, string } from './scalars.ts';
import { field, struct, union } from './struct.ts';

export const TTypeQualifierValue = union('TTypeQualifierValue', {
  i32Value: field(1, i32, 'optional'),
  stringValue: field(2, string, 'optional'),
});
export type TTypeQualifierValue = MessageOf<typeof TTypeQualifierValue>;

export const TTypeQualifiers = struct('TTypeQualifiers', {
  /** Keys: see `TypeQualifier`. */
  qualifiers: field(1, map(TTypeQualifierValue), 'required'),
});
export type TTypeQualifiers = MessageOf<typeof TTypeQualifiers>;

export const TPrimitiveTypeEntry = struct('TPrimitiveTypeEntry', {
  type: field(1, enumeration(TTypeId), 'required'),
  typeQualifiers: field(2, TTypeQualifiers, 'optional'),
});
export type TPrimitiveTypeEntry = MessageOf<typeof TPrimitiveTypeEntry>;

/** The `…Ptr` fields of the nested types are indexes into `TTypeDesc.types`: Thrift has no recursive types. */
export const TArrayTypeEntry = struct('TArrayTypeEntry', { objectTypePtr: field(1, i32, 'required') });
export type TArrayTypeEntry = MessageOf<typeof TArrayTypeEntry>;

export const TMapTypeEntry = struct('TMapTypeEntry', {
  keyTypePtr: field(1, i32, 'required'),
  valueTypePtr: field(2, i32, 'required'),
});
export type TMapTypeEntry = MessageOf<typeof TMapTypeEntry>;

export const TStructTypeEntry = struct('TStructTypeEntry', {
  nameToTypePtr: field(1, map(i32), 'required'),
});
export type TStructTypeEntry = MessageOf<typeof TStructTypeEntry>;

export const TUnionTypeEntry = struct('TUnionTypeEntry', { nameToTypePtr: field(1, map(i32), 'required') });
export type TUnionTypeEntry = MessageOf<typeof TUnionTypeEntry>;

export const TUserDefinedTypeEntry = struct('TUserDefinedTypeEntry', {
  typeClassName: field(1, string, 'required'),
});
export type TUserDefinedTypeEntry = MessageOf<typeof TUserDefinedTypeEntry>;

export const TTypeEntry = union('TTypeEntry', {
  primitiveEntry: field(1, TPrimitiveTypeEntry, 'optional'),
  arrayEntry: field(2, TArrayTypeEntry, 'optional'),
  mapEntry: field(3, TMapTypeEntry, 'optional'),
  structEntry: field(4, TStructTypeEntry, 'optional'),
  unionEntry: field(5, TUnionTypeEntry, 'optional'),
  userDefinedTypeEntry: field(6, TUserDefinedTypeEntry, 'optional'),
});
export type TTypeEntry = MessageOf<typeof TTypeEntry>;

export const TTypeDesc = struct('TTypeDesc', {
  /** The first is the type itself, the others are what it is made of. */
  types: field(1, list(TTypeEntry), 'required'),
});
export type TTypeDesc = MessageOf<typeof TTypeDesc>;

export const TColumnDesc = struct('TColumnDesc', {
  columnName: field(1, string, 'required'),
  typeDesc: field(2, TTypeDesc, 'required'),
  /** Counted from 1 by Hive; Spark counts the columns of a query from 0 and those of catalog calls from 1. */
  position: field(3, i32, 'required'),
  comment: field(4, string, 'optional'),
});
export type TColumnDesc = MessageOf<typeof TColumnDesc>;

export const TTableSchema = struct('TTableSchema', { columns: field(1, list(TColumnDesc), 'required') });
export type TTableSchema = MessageOf<typeof TTableSchema>;
