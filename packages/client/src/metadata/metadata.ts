import type { CallOptions, HiveOperation, HiveSession } from '@senbon/hive-thrift';
import {
  catalogRow,
  columnRow,
  type FunctionInfo,
  functionRow,
  type KeyColumnInfo,
  keyRow,
  LabelledRow,
  type ReferenceInfo,
  referenceRow,
  type SchemaInfo,
  schemaRow,
  type TableColumnInfo,
  type TableInfo,
  tableRow,
  tableTypeRow,
  type TypeInfo,
  typeRow,
} from './metadata-rows.ts';

/**
 * What to look for; absent means any. `schema`, `table`, `column` and `function` are patterns: `%` any text, `_` any
 * character, a backslash takes the meaning from the next one. `catalog` is a name.
 */
export interface SchemaFilter {
  readonly catalog?: string;
  readonly schema?: string;
}

export interface TableFilter extends SchemaFilter {
  readonly table?: string;
  /** Of `tableTypes()`. */
  readonly types?: readonly string[];
}

export interface ColumnFilter extends SchemaFilter {
  readonly table?: string;
  readonly column?: string;
}

export interface FunctionFilter extends SchemaFilter {
  readonly function?: string;
}

/** Names, not patterns. */
export interface TableName {
  readonly catalog?: string;
  readonly schema?: string;
  readonly table?: string;
}

/** The metadata calls of a session. All throw HiveError; an abort of the signal cancels the call on the server. */
export class Metadata {
  readonly #session: HiveSession;

  constructor(session: HiveSession) {
    this.#session = session;
  }

  catalogs(options?: CallOptions): Promise<string[]> {
    return readAll(this.#session.getCatalogs(options), catalogRow, options);
  }

  schemas(filter: SchemaFilter = {}, options?: CallOptions): Promise<SchemaInfo[]> {
    return readAll(this.#session.getSchemas(placeOf(filter), options), schemaRow, options);
  }

  tables(filter: TableFilter = {}, options?: CallOptions): Promise<TableInfo[]> {
    const { types } = filter;
    const request = { ...tableOf(filter), ...(types === undefined ? {} : { tableTypes: [...types] }) };
    return readAll(this.#session.getTables(request, options), tableRow, options);
  }

  tableTypes(options?: CallOptions): Promise<string[]> {
    return readAll(this.#session.getTableTypes(options), tableTypeRow, options);
  }

  columns(filter: ColumnFilter = {}, options?: CallOptions): Promise<TableColumnInfo[]> {
    const { column } = filter;
    const request = { ...tableOf(filter), ...(column === undefined ? {} : { columnName: column }) };
    return readAll(this.#session.getColumns(request, options), columnRow, options);
  }

  functions(filter: FunctionFilter = {}, options?: CallOptions): Promise<FunctionInfo[]> {
    const request = { ...placeOf(filter), functionName: filter.function ?? '%' };
    return readAll(this.#session.getFunctions(request, options), functionRow, options);
  }

  typeInfo(options?: CallOptions): Promise<TypeInfo[]> {
    return readAll(this.#session.getTypeInfo(options), typeRow, options);
  }

  primaryKeys(table: TableName, options?: CallOptions): Promise<KeyColumnInfo[]> {
    return readAll(this.#session.getPrimaryKeys(tableOf(table), options), keyRow, options);
  }

  /** Foreign keys of one table that refer to another; either may be left open. */
  crossReference(
    { parent = {}, foreign = {} }: { readonly parent?: TableName; readonly foreign?: TableName },
    options?: CallOptions,
  ): Promise<ReferenceInfo[]> {
    const request = {
      ...given('parentCatalogName', parent.catalog),
      ...given('parentSchemaName', parent.schema),
      ...given('parentTableName', parent.table),
      ...given('foreignCatalogName', foreign.catalog),
      ...given('foreignSchemaName', foreign.schema),
      ...given('foreignTableName', foreign.table),
    };
    return readAll(this.#session.getCrossReference(request, options), referenceRow, options);
  }
}

async function readAll<T>(
  started: Promise<HiveOperation>,
  read: (row: LabelledRow) => T,
  options: CallOptions = {},
): Promise<T[]> {
  const operation = await started;
  try {
    await operation.wait(options);
    const columns = await operation.schema(options);
    const indexes = new Map(columns.map(({ name }, index) => [name.toUpperCase(), index]));
    const rows: T[] = [];
    for await (const row of operation.rows(options)) rows.push(read(new LabelledRow(indexes, row)));
    return rows;
  } finally {
    operation.close().catch(() => {});
  }
}

function placeOf({ catalog, schema }: SchemaFilter) {
  return { ...given('catalogName', catalog), ...given('schemaName', schema) };
}

function tableOf(filter: TableName) {
  return { ...placeOf(filter), ...given('tableName', filter.table) };
}

/** The codec takes an absent key, not an undefined value, for an absent field. */
function given<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}
