import {
  buildRows,
  type Cell,
  columnRow,
  type ColumnTypeInfo,
  decimalTypeInfo,
  functionRow,
  hiveTypeInfo,
  type MetadataRequest,
  metadataSchemas,
  tableRow,
  typeInfoRows,
} from '@senbon/engine-host';
import type { ColumnBatch } from '@senbon/hive-thrift';
import { hiveType } from '../types/hive-type.ts';
import type { SparkField, SparkType } from '../types/spark-type.ts';
import { typeSql } from '../types/type-sql.ts';
import { likeClause, namePattern } from './name-pattern.ts';
import { type CatalogSource, SparkCatalog, type TableRef } from './spark-catalog.ts';
import { tableColumns } from './table-columns.ts';

type Rows = readonly (readonly Cell[])[];
type Request<Kind extends MetadataRequest['kind']> = Extract<MetadataRequest, { kind: Kind }>;

const TABLE_TYPES = ['TABLE', 'VIEW'] as const;

/** The answer to a metadata call, in HiveServer2's layout of it. */
export async function readMetadata(request: MetadataRequest, source: CatalogSource): Promise<ColumnBatch> {
  return buildRows(metadataSchemas[request.kind], await readRows(request, source));
}

async function readRows(request: MetadataRequest, source: CatalogSource): Promise<Rows> {
  const catalog = new SparkCatalog(source);
  switch (request.kind) {
    case 'catalogs':
      return (await catalog.catalogs()).map((name) => [name]);
    case 'tableTypes':
      return TABLE_TYPES.map((type) => [type]);
    case 'typeInfo':
      return typeInfoRows();
    case 'schemas': {
      const { catalog: name, schemas } = await catalog.schemas(request.catalog, request.schemaPattern);
      return schemas.map((schema) => [schema, name]);
    }
    case 'tables':
      return tableRows(request, catalog);
    case 'columns':
      return columnRows(request, source, catalog);
    case 'functions':
      return functionRows(request, source);
    // Spark keeps no keys.
    case 'primaryKeys':
    case 'crossReference':
      return [];
  }
}

async function tableRows(request: Request<'tables'>, catalog: SparkCatalog): Promise<Rows> {
  const asked = new Set(request.tableTypes?.map((type) => type.toUpperCase()));
  if (asked.size > 0 && !TABLE_TYPES.some((type) => asked.has(type))) return [];
  const tables = await catalog.tables(request);
  return tables
    .filter(({ type }) => asked.size === 0 || asked.has(type))
    .map(({ name, ...rest }) => tableRow({ ...rest, table: name, remarks: '' }));
}

async function columnRows(
  request: Request<'columns'>,
  source: CatalogSource,
  catalog: SparkCatalog,
): Promise<Rows> {
  const isMeant = namePattern(request.columnPattern);
  const tables = await catalog.tables(request);
  const found = await tableColumns(source, tables);
  return found.flatMap(({ table, fields }) =>
    fields.flatMap((field, i) => (isMeant(field.name) ? [columnCells(table, field, i + 1)] : [])),
  );
}

async function functionRows(request: Request<'functions'>, source: CatalogSource): Promise<Rows> {
  const isMeant = namePattern(request.functionPattern);
  const isSchemaMeant = namePattern(request.schemaPattern);
  const rows = await source.rows(`SHOW ALL FUNCTIONS${likeClause(request.functionPattern)}`);
  return rows
    .map(([path]) => (path ?? '').split('.'))
    .map((parts) => ({
      name: parts.at(-1) ?? '',
      schema: parts.at(-2) ?? null,
      catalog: parts.at(-3) ?? null,
    }))
    .filter(({ name, schema }) => isMeant(name) && (schema === null || isSchemaMeant(schema)))
    .map((entry) => functionRow({ ...entry, remarks: '', returnsTable: false }));
}

function columnCells(
  { catalog, schema, name }: TableRef,
  field: SparkField,
  position: number,
): readonly Cell[] {
  return columnRow({
    catalog,
    schema,
    table: name,
    name: field.name,
    type: typeInfo(field.type),
    typeName: typeSql(field.type),
    isNullable: field.isNullable,
    remarks: commentOf(field),
    defaultValue: null,
    position,
  });
}

function typeInfo(type: SparkType): ColumnTypeInfo {
  return type.kind === 'decimal'
    ? decimalTypeInfo(type.precision, type.scale)
    : hiveTypeInfo(hiveType(type).name);
}

function commentOf({ metadata }: SparkField): string {
  if (metadata === null) return '';
  try {
    const { comment } = JSON.parse(metadata) as { comment?: unknown };
    return typeof comment === 'string' ? comment : '';
  } catch {
    return '';
  }
}
