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

export interface SchemaList {
  readonly catalog: string;
  readonly schemas: readonly string[];
}

/** Views of every session of an engine. */
const GLOBAL_TEMP = 'global_temp';
const SESSION_CATALOG = 'spark_catalog';
/** Neither wildcard nor escape. */
const PLAIN_NAME = /^[a-z\d]+$/i;

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
    if (isNamed(named)) return named;
    const [row] = await this.#source.rows('SELECT current_catalog()');
    return row?.[0] ?? SESSION_CATALOG;
  }

  async schemas(named: string | null, pattern: string | null): Promise<SchemaList> {
    const [catalog, names] = await Promise.all([this.catalogOf(named), this.#namespaces(named)]);
    const found = catalog === SESSION_CATALOG ? [...names, GLOBAL_TEMP] : names;
    return { catalog, schemas: found.filter(namePattern(pattern)).toSorted() };
  }

  /** By type, then name. */
  async tables({ catalog: named, schemaPattern, tablePattern }: TableFilter): Promise<readonly TableRef[]> {
    const filter = { isMeant: namePattern(tablePattern), like: likeClause(tablePattern) };
    const [catalog, found] = await Promise.all([
      this.catalogOf(named),
      this.#meantSchemas(named, schemaPattern).then((schemas) =>
        inParallel(schemas, (schema) => this.#tablesOf(named, schema, filter)),
      ),
    ]);
    const unique = new Map(
      found
        .flat()
        .map((table) => [JSON.stringify([table.schema, table.name]), { catalog, ...table }] as const),
    );
    return [...unique.values()].toSorted(byTypeAndName);
  }

  /** A name without wildcards is looked into at once: a schema that does not exist has no tables. */
  async #meantSchemas(named: string | null, pattern: string | null): Promise<readonly string[]> {
    if (pattern !== null && PLAIN_NAME.test(pattern)) return [pattern];
    const names = await this.#namespaces(named);
    const mayHaveGlobal = !isNamed(named) || named === SESSION_CATALOG;
    return (mayHaveGlobal ? [...names, GLOBAL_TEMP] : names).filter(namePattern(pattern));
  }

  async #namespaces(named: string | null): Promise<readonly string[]> {
    const sql = isNamed(named) ? `SHOW NAMESPACES IN ${quoteName(named)}` : 'SHOW NAMESPACES';
    // An unknown catalog has no schemas; Spark says so with an error.
    const rows = await this.#source.rows(sql).catch(ignoreRefusal);
    return rows.map(([name]) => name ?? '');
  }

  /** With the temporary views, which Spark lists in every schema. */
  async #tablesOf(
    named: string | null,
    schema: string,
    { isMeant, like }: { readonly isMeant: NameFilter; readonly like: string },
  ): Promise<readonly Omit<TableRef, 'catalog'>[]> {
    const path = isNamed(named) ? quotePath(named, schema) : quotePath(schema);
    const [tables, views] = await Promise.all([
      this.#source.rows(`SHOW TABLES IN ${path}${like}`).catch(ignoreRefusal),
      // Catalogs of data sources have no views, and refuse.
      this.#source.rows(`SHOW VIEWS IN ${path}${like}`).catch(ignoreRefusal),
    ]);
    const viewNames = new Set(views.map(([namespace, name]) => JSON.stringify([namespace, name])));
    return tables
      .filter(([, name]) => isMeant(name ?? ''))
      .map(([namespace, name]) => ({
        schema: namespace ?? '',
        name: name ?? '',
        type: viewNames.has(JSON.stringify([namespace, name])) ? 'VIEW' : 'TABLE',
      }));
  }
}

/** Drivers send those for "the current one". */
function isNamed(catalog: string | null): catalog is string {
  return catalog !== null && catalog !== '' && catalog !== '%';
}

function byTypeAndName(a: TableRef, b: TableRef): number {
  return compare(a.type, b.type) || compare(a.schema, b.schema) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A statement that Spark refused, as opposed to one that could not be asked. */
function ignoreRefusal(error: unknown): readonly (readonly (string | null)[])[] {
  const { cause, sqlState } = error as { cause?: unknown; sqlState?: string };
  if (isServiceError(cause) && sqlState !== '08S01') return [];
  throw error;
}
