import type { DuckDBValue } from '@duckdb/node-api';
import {
  buildRows,
  type Cell,
  columnRow,
  functionRow,
  JDBC,
  type MetadataRequest,
  metadataSchemas,
  tableRow,
  typeInfoRows,
} from '@senbon/engine-host';
import type { ColumnBatch } from '@senbon/hive-thrift';
import type { Row } from '../connection/connection.ts';
import { type CommandContext, inTurn } from '../hive/command-context.ts';
import {
  CATALOGS,
  columnsQuery,
  crossReferenceQuery,
  functionsQuery,
  primaryKeysQuery,
  schemasQuery,
  TABLE_TYPES,
  tablesQuery,
} from './catalog-queries.ts';
import { describeType } from './hive-column-type.ts';

type Context = Pick<CommandContext, 'connections' | 'signal'>;

/** The answer to a metadata call, in HiveServer2's layout of it. */
export async function readMetadata(request: MetadataRequest, context: Context): Promise<ColumnBatch> {
  return buildRows(metadataSchemas[request.kind], await readRows(request, context));
}

async function readRows(request: MetadataRequest, context: Context): Promise<readonly (readonly Cell[])[]> {
  const rows = async (sql: string, toCells: (row: Row) => readonly Cell[]) =>
    (await inTurn(context, async (connection) => connection.rows(context.signal, sql))).map(toCells);
  switch (request.kind) {
    case 'catalogs':
      return rows(CATALOGS, (row) => [text(row.name)]);
    case 'tableTypes':
      return TABLE_TYPES.map((type) => [type]);
    case 'typeInfo':
      return typeInfoRows();
    case 'schemas':
      return rows(schemasQuery(request), (row) => [text(row.name), text(row.catalog)]);
    case 'tables':
      return rows(tablesQuery(request), tableCells);
    case 'columns':
      return rows(columnsQuery(request), columnCells);
    case 'functions':
      return rows(functionsQuery(request), functionCells);
    case 'primaryKeys':
      return rows(primaryKeysQuery(request), primaryKeyCells);
    case 'crossReference':
      return rows(crossReferenceQuery(request), crossReferenceCells);
  }
}

function tableCells(row: Row): readonly Cell[] {
  return tableRow({
    ...schemaOf(row),
    table: text(row.name),
    type: text(row.type),
    remarks: text(row.comment) ?? '',
  });
}

function columnCells(row: Row): readonly Cell[] {
  const type = describeType(String(row.type));
  return columnRow({
    ...schemaOf(row),
    table: text(row.table),
    name: text(row.name),
    type,
    typeName: type.name,
    isNullable: row.nullable === true,
    remarks: text(row.comment) ?? '',
    defaultValue: text(row.initial),
    position: Number(row.position),
  });
}

function functionCells(row: Row): readonly Cell[] {
  return functionRow({
    ...schemaOf(row),
    name: text(row.name),
    remarks: text(row.remarks) ?? '',
    returnsTable: row.is_table === true,
  });
}

function primaryKeyCells(row: Row): readonly Cell[] {
  return [...keyTable(row), text(row.name), Number(row.position), text(row.key)];
}

function crossReferenceCells(row: Row): readonly Cell[] {
  return [
    text(row.catalog),
    text(row.schema),
    text(row.parent),
    text(row.parent_name),
    ...keyTable(row),
    text(row.name),
    Number(row.position),
    JDBC.noAction,
    JDBC.noAction,
    text(row.key),
    null,
    JDBC.notDeferrable,
  ];
}

function schemaOf(row: Row): { readonly catalog: string | null; readonly schema: string | null } {
  return { catalog: text(row.catalog), schema: text(row.schema) };
}

function keyTable(row: Row): readonly Cell[] {
  return [text(row.catalog), text(row.schema), text(row.table)];
}

function text(value: DuckDBValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
