import type { MetadataRequest } from '@senbon/engine-host';
import { columnValues } from '@senbon/hive-thrift';
import { describe, expect, it } from 'vitest';
import { failed } from '../connect/spark-error.ts';
import { rpcError } from '../testing/scripted-server.ts';
import type { SparkField } from '../types/spark-type.ts';
import { likeClause, namePattern } from './name-pattern.ts';
import { readMetadata } from './read-metadata.ts';
import type { CatalogSource } from './spark-catalog.ts';

const number = (name: string): SparkField => ({
  name,
  type: { kind: 'integer' },
  isNullable: true,
  metadata: null,
});

/** `schemas` schemas of `tables` tables each; every call is counted. */
class Source implements CatalogSource {
  readonly statements: string[] = [];
  readonly #schemas: number;
  readonly #tables: number;
  readonly #broken: ReadonlySet<string>;

  constructor(schemas: number, tables: number, broken: readonly string[] = []) {
    this.#schemas = schemas;
    this.#tables = tables;
    this.#broken = new Set(broken);
  }

  async rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    this.statements.push(sql);
    if (sql.startsWith('SELECT current_catalog')) return [['cat']];
    if (sql.startsWith('SHOW NAMESPACES')) return names('s', this.#schemas).map((name) => [name]);
    const [, schema = ''] = / IN (?:`cat`\.)?`(\w+)`/.exec(sql) ?? [];
    if (schema === 'global_temp') throw failed('42704', 'no such schema', rpcError(13, 'no such schema'));
    if (sql.startsWith('SHOW TABLES')) {
      return [...names('t', this.#tables).map((name) => [schema, name, 'false']), ['', 'temp', 'true']];
    }
    return [
      [schema, 't1', 'false'],
      ['', 'temp', 'true'],
    ];
  }

  async analyze(sql: string): Promise<readonly SparkField[]> {
    this.statements.push(sql);
    if ([...this.#broken].some((name) => sql.includes(`\`${name}\``))) throw failed('42P01', 'gone');
    const structs = [...sql.matchAll(/struct\(/g)];
    if (structs.length === 0) return [number('a'), number('b')];
    const fields = [number('a'), number('b')];
    return structs.map(() => ({
      name: 'c',
      type: { kind: 'struct', fields },
      isNullable: false,
      metadata: null,
    }));
  }
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

async function read(request: MetadataRequest, source: CatalogSource): Promise<unknown[][]> {
  const { rowCount, columns } = await readMetadata(request, source);
  const values = columns.map(columnValues);
  return Array.from({ length: rowCount }, (_, row) => values.map((column) => column[row]));
}

const tables = (pattern: string | null, tableTypes: readonly string[] | null = null): MetadataRequest => ({
  kind: 'tables',
  catalog: null,
  schemaPattern: null,
  tablePattern: pattern,
  tableTypes,
});
const columns = (tablePattern: string, columnPattern: string | null = null): MetadataRequest => ({
  kind: 'columns',
  catalog: null,
  schemaPattern: null,
  tablePattern,
  columnPattern,
});

describe('GetTables', () => {
  it('tells views from tables, and has a temporary view once', async () => {
    const found = await read(tables(null), new Source(2, 2));
    expect(found.map(([, schema, name, type]) => [schema, name, type])).toEqual([
      ['s0', 't0', 'TABLE'],
      ['s1', 't0', 'TABLE'],
      ['', 'temp', 'VIEW'],
      ['s0', 't1', 'VIEW'],
      ['s1', 't1', 'VIEW'],
    ]);
    expect(await read(tables('t0', ['VIEW']), new Source(2, 2))).toEqual([]);
    expect(await read(tables(null, ['INDEX']), new Source(2, 2))).toEqual([]);
  });

  it('asks twice for each schema, however many tables there are', async () => {
    const source = new Source(3, 5_000);
    expect(await read(tables('t%'), source)).toHaveLength(15_001);
    expect(source.statements).toHaveLength(2 + (3 + 1) * 2);
  });
});

it('looks into a schema without wildcards at once', async () => {
  const source = new Source(50, 2);
  const found = await read({ ...tables('t0'), schemaPattern: 's7' } as MetadataRequest, source);
  expect(found.map(([catalog, schema, name]) => [catalog, schema, name])).toEqual([['cat', 's7', 't0']]);
  expect(source.statements).toHaveLength(3);
});

describe('GetColumns', () => {
  it('asks for many tables at once', async () => {
    const source = new Source(1, 1_000);
    expect(await read(columns('t%'), source)).toHaveLength(2 * 1_001);
    expect(source.statements.length).toBeLessThan(34);
  });

  it('leaves out a view that cannot be analysed, and nothing else', async () => {
    const found = await read(columns('t%', 'b'), new Source(1, 90, ['t1', 't77']));
    expect(found).toHaveLength(90 - 2 + 1);
    expect(found.map(([, , name]) => name)).not.toContain('t77');
    expect(
      found.every(([, , , column, , , , , , , , , , , , , position]) => column === 'b' && position === 2),
    ).toBe(true);
  });
});

it('answers without Spark where Spark keeps nothing', async () => {
  const source = new Source(0, 0);
  expect(await read({ kind: 'primaryKeys', catalog: null, schema: null, table: null }, source)).toEqual([]);
  expect(await read({ kind: 'tableTypes' }, source)).toEqual([['TABLE'], ['VIEW']]);
  expect((await read({ kind: 'typeInfo' }, source)).length).toBeGreaterThan(10);
  expect(source.statements).toEqual([]);
});

it.each([
  ['a_c', ['abc', 'A_C'], ['ac', 'abbc']],
  ['a\\_c', ['a_c'], ['abc']],
  ['a%', ['a', 'ABC'], ['ba']],
  ['a.b+(c)', ['a.b+(c)'], ['aab']],
  ['.*', ['x'], []],
  ['\\', ['\\'], ['x']],
  [null, ['x'], []],
])('the pattern %s', (pattern, meant, others) => {
  const isMeant = namePattern(pattern);
  expect(meant.filter((name) => !isMeant(name))).toEqual([]);
  expect(others.filter(isMeant)).toEqual([]);
});

it.each([
  ['a%b%', ['ab', 'axbx'], ['ba', 'a']],
  ['%b_%b', ['bxb', 'abxyb'], ['bb', 'bxbx']],
  ['ab%ba', ['abba', 'abxba'], ['aba']],
  ['%%', ['', 'x'], []],
])('the pattern %s of several pieces', (pattern, meant, others) => {
  const isMeant = namePattern(pattern);
  expect(meant.filter((name) => !isMeant(name))).toEqual([]);
  expect(others.filter(isMeant)).toEqual([]);
});

it('answers at once, however many wildcards a pattern has', () => {
  const begun = performance.now();
  expect(namePattern(`${'%a'.repeat(20)}%b`)('a'.repeat(120))).toBe(false);
  expect(performance.now() - begun).toBeLessThan(1_000);
});

it('lets Spark filter by what both understand', () => {
  expect(['%', null, 'a_b%', "x'; DROP", 'a\\_b'].map(likeClause)).toEqual(['', '', " LIKE 'a*b*'", '', '']);
});
