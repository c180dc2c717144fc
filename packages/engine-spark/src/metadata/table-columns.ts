import type { SparkField } from '../types/spark-type.ts';
import { inParallel } from './in-parallel.ts';
import { quotePath } from './name-pattern.ts';
import type { CatalogSource, TableRef } from './spark-catalog.ts';

/** Tables whose columns are asked for in one call. */
const TABLES_PER_CALL = 40;

export interface TableColumns {
  readonly table: TableRef;
  readonly fields: readonly SparkField[];
}

/**
 * The columns of many tables: one query over some of them, which Spark analyses and does not run, has each table as a
 * struct. Where one of them cannot be analysed (a view whose table is gone), the others are asked without it.
 */
export async function tableColumns(
  source: CatalogSource,
  tables: readonly TableRef[],
): Promise<readonly TableColumns[]> {
  const groups: TableRef[][] = [];
  for (let at = 0; at < tables.length; at += TABLES_PER_CALL) {
    groups.push(tables.slice(at, at + TABLES_PER_CALL));
  }
  return (await inParallel(groups, (group) => columnsOf(source, group))).flat();
}

async function columnsOf(
  source: CatalogSource,
  tables: readonly TableRef[],
): Promise<readonly TableColumns[]> {
  const [only] = tables;
  if (only === undefined) return [];
  try {
    if (tables.length === 1) {
      const fields = await source.analyze(`SELECT * FROM ${pathOf(only)}`);
      return [{ table: only, fields }];
    }
    const from = tables.map((table, i) => `${pathOf(table)} AS t${i}`);
    const select = tables.map((_, i) => `struct(t${i}.*) AS c${i}`);
    const structs = await source.analyze(`SELECT ${select.join(', ')} FROM ${from.join(', ')}`);
    return tables.map((table, i) => ({ table, fields: membersOf(structs[i]) }));
  } catch (error) {
    if (tables.length === 1) return isRefusal(error) ? [] : rethrow(error);
    const half = tables.length >> 1;
    const first = await columnsOf(source, tables.slice(0, half));
    return [...first, ...(await columnsOf(source, tables.slice(half)))];
  }
}

function membersOf(field: SparkField | undefined): readonly SparkField[] {
  if (field?.type.kind !== 'struct') throw new TypeError('a struct(…) that is none');
  return field.type.fields;
}

function pathOf({ catalog, schema, name }: TableRef): string {
  return schema === '' ? quotePath(name) : quotePath(catalog, schema, name);
}

function isRefusal(error: unknown): boolean {
  return (error as { sqlState?: string }).sqlState?.startsWith('08') === false;
}

function rethrow(error: unknown): never {
  throw error;
}
