import type { DuckDBValue } from '@duckdb/node-api';
import {
  buildRows,
  type Cell,
  JDBC,
  type MetadataRequest,
  metadataSchemas,
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
  const named = [
    text(row.catalog),
    text(row.schema),
    text(row.name),
    text(row.type),
    text(row.comment) ?? '',
  ];
  return [...named, null, null, null, null, null];
}

function columnCells(row: Row): readonly Cell[] {
  const type = describeType(String(row.type));
  const isNullable = row.nullable === true;
  return [
    text(row.catalog),
    text(row.schema),
    text(row.table),
    text(row.name),
    type.jdbcType,
    type.name,
    type.size,
    null,
    type.digits,
    type.radix,
    isNullable ? JDBC.nullable : JDBC.noNulls,
    text(row.comment) ?? '',
    text(row.initial),
    null,
    null,
    type.name === 'STRING' ? type.size : null,
    Number(row.position),
    isNullable ? 'YES' : 'NO',
    null,
    null,
    null,
    null,
    'NO',
  ];
}

function functionCells(row: Row): readonly Cell[] {
  const type = row.is_table === true ? JDBC.returnsTable : JDBC.returnsValue;
  return [text(row.catalog), text(row.schema), text(row.name), text(row.remarks) ?? '', type, text(row.name)];
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

function keyTable(row: Row): readonly Cell[] {
  return [text(row.catalog), text(row.schema), text(row.table)];
}

function text(value: DuckDBValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
