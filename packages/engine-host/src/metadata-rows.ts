import type { Cell } from './columns/build-rows.ts';
import { type ColumnTypeInfo, JDBC } from './columns/type-info.ts';
import type { TableName } from './executor.ts';

export interface TableEntry extends TableName {
  /** One of GetTableTypes. */
  readonly type: string | null;
  readonly remarks: string;
}

/** A row of GetTables. */
export function tableRow({ catalog, schema, table, type, remarks }: TableEntry): readonly Cell[] {
  return [catalog, schema, table, type, remarks, null, null, null, null, null];
}

export interface ColumnEntry extends TableName {
  readonly name: string | null;
  readonly type: ColumnTypeInfo;
  /** The engine's name of the type. */
  readonly typeName: string;
  readonly isNullable: boolean;
  readonly remarks: string;
  readonly defaultValue: string | null;
  /** From 1. */
  readonly position: number;
}

/** A row of GetColumns. */
export function columnRow(column: ColumnEntry): readonly Cell[] {
  const { type, isNullable } = column;
  return [
    column.catalog,
    column.schema,
    column.table,
    column.name,
    type.jdbcType,
    column.typeName,
    type.size,
    null,
    type.digits,
    type.radix,
    isNullable ? JDBC.nullable : JDBC.noNulls,
    column.remarks,
    column.defaultValue,
    null,
    null,
    type.name === 'STRING' ? type.size : null,
    column.position,
    isNullable ? 'YES' : 'NO',
    null,
    null,
    null,
    null,
    'NO',
  ];
}

export interface FunctionEntry {
  readonly catalog: string | null;
  readonly schema: string | null;
  readonly name: string | null;
  readonly remarks: string;
  readonly returnsTable: boolean;
}

/** A row of GetFunctions. Overloads are one row, so that a name is specific enough. */
export function functionRow(entry: FunctionEntry): readonly Cell[] {
  const { catalog, schema, name, remarks, returnsTable } = entry;
  return [catalog, schema, name, remarks, returnsTable ? JDBC.returnsTable : JDBC.returnsValue, name];
}
