import { isServiceError } from '../connect/connect-channel.ts';
import type { SparkField } from '../types/spark-type.ts';
import { inParallel } from './in-parallel.ts';
import { likeClause, type NameFilter, namePattern, quoteName, quotePath } from './name-pattern.ts';

/** What metadata calls ask Spark. */
export interface CatalogSource {
  /** The rows of a statement, as text. */
  rows(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** The columns of a query, which is analysed and not run. */
  analyze(sql: string): Promise<readonly SparkField[]>;
}

export interface TableRef {
  readonly catalog: string;
  /** Empty for a temporary view. */
  readonly schema: string;
  readonly name: string;
  readonly type: 'TABLE' | 'VIEW';
}

export interface TableFilter {
  readonly catalog: string | null;
  readonly schemaPattern: string | null;
  readonly tablePattern: string | null;
}

/** Views of every session of an engine. */
const GLOBAL_TEMP = 'global_temp';
const SESSION_CATALOG = 'spark_catalog';

/** Spark's catalogs, by SHOW commands: one or two for each schema, however many tables there are. */
export class SparkCatalog {
  readonly #source: CatalogSource;

  constructor(source: CatalogSource) {
    this.#source = source;
  }

  async catalogs(): Promise<readonly string[]> {
    return (await this.#source.rows('SHOW CATALOGS')).map(([name]) => name ?? '').toSorted();
  }

  /** `named`, or the session's current one. */
  async catalogOf(named: string | null): Promise<string> {
    if (named !== null && named !== '' && named !== '%') return named;
    const [row] = await this.#source.rows('SELECT current_catalog()');
    return row?.[0] ?? SESSION_CATALOG;
  }

  async schemas(catalog: string, pattern: string | null): Promise<readonly string[]> {
    const isMeant = namePattern(pattern);
    const names = await this.#source
      .rows(`SHOW NAMESPACES IN ${quoteName(catalog)}`)
      .catch(noSuchCatalog(catalog));
    const found = names.map(([name]) => name ?? '').concat(catalog === SESSION_CATALOG ? [GLOBAL_TEMP] : []);
    return found.filter(isMeant).toSorted();
  }

  /** By type, then name. */
  async tables(filter: TableFilter): Promise<readonly TableRef[]> {
    const catalog = await this.catalogOf(filter.catalog);
    const schemas = await this.schemas(catalog, filter.schemaPattern);
    const isMeant = namePattern(filter.tablePattern);
    const like = likeClause(filter.tablePattern);
    const found = await inParallel(schemas, (schema) => this.#tablesOf(catalog, schema, { isMeant, like }));
    const unique = new Map(
      found.flat().map((table) => [JSON.stringify([table.schema, table.name]), table] as const),
    );
    return [...unique.values()].toSorted(byTypeAndName);
  }

  /** With the temporary views, which Spark lists in every schema. */
  async #tablesOf(
    catalog: string,
    schema: string,
    { isMeant, like }: { readonly isMeant: NameFilter; readonly like: string },
  ): Promise<readonly TableRef[]> {
    const path = quotePath(catalog, schema);
    const tables = await this.#source.rows(`SHOW TABLES IN ${path}${like}`).catch(ignoreRefusal);
    const meant = tables.filter(([, name]) => isMeant(name ?? ''));
    if (meant.length === 0) return [];
    // Catalogs of data sources have no views, and refuse.
    const views = await this.#source.rows(`SHOW VIEWS IN ${path}${like}`).catch(ignoreRefusal);
    const viewNames = new Set(views.map(([namespace, name]) => JSON.stringify([namespace, name])));
    return meant.map(([namespace, name]) => ({
      catalog,
      schema: namespace ?? '',
      name: name ?? '',
      type: viewNames.has(JSON.stringify([namespace, name])) ? 'VIEW' : 'TABLE',
    }));
  }
}

function byTypeAndName(a: TableRef, b: TableRef): number {
  return compare(a.type, b.type) || compare(a.schema, b.schema) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** An unknown catalog has no schemas; Spark says so with an error. */
function noSuchCatalog(catalog: string): (error: unknown) => readonly (readonly (string | null)[])[] {
  return (error) => {
    if (catalog !== SESSION_CATALOG) return ignoreRefusal(error);
    throw error;
  };
}

/** A statement that Spark refused, as opposed to one that could not be asked. */
function ignoreRefusal(error: unknown): readonly (readonly (string | null)[])[] {
  const { cause, sqlState } = error as { cause?: unknown; sqlState?: string };
  if (isServiceError(cause) && sqlState !== '08S01') return [];
  throw error;
}
