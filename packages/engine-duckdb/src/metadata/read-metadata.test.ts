import {
  type Executor,
  type ExecutorSession,
  type MetadataRequest,
  metadataSchemas,
} from '@senbon/engine-host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, drain, openExecutor, run, sessionSpec, statementContext } from '../testing/harness.ts';
import { describeType } from './hive-column-type.ts';
import { likePattern } from './pattern.ts';

let executor: Executor;
let session: ExecutorSession;

beforeAll(async () => {
  executor = await openExecutor();
  session = await executor.openSession(sessionSpec());
  for (const sql of [
    'CREATE SCHEMA sales',
    'CREATE SCHEMA sales_eu',
    'CREATE TABLE sales.customer (id INTEGER, region VARCHAR, PRIMARY KEY (region, id))',
    'CREATE TABLE sales."order" (id BIGINT PRIMARY KEY, c_id INTEGER, c_region VARCHAR, FOREIGN KEY (c_region, c_id) REFERENCES sales.customer (region, id))',
    'CREATE VIEW sales.big AS SELECT * FROM sales."order" WHERE id > 100',
    'CREATE TABLE a_b (x INTEGER)',
    'CREATE TABLE axb (x INTEGER NOT NULL DEFAULT 7, amount DECIMAL(12,3), tags VARCHAR[], made TIMESTAMP, note VARCHAR)',
    'CREATE TEMP TABLE scratch (y DOUBLE)',
    "COMMENT ON TABLE axb IS 'a table'",
    "COMMENT ON COLUMN axb.note IS 'a note'",
  ]) {
    await run(session, sql);
  }
});
afterAll(() => executor.close());

/** Rows as objects by column name. */
async function ask(request: MetadataRequest): Promise<Record<string, Cell>[]> {
  const cursor = await session.metadata(request, statementContext());
  const rows = await drain(cursor);
  await cursor.close();
  const names = metadataSchemas[request.kind].map(({ name }) => name);
  for (const row of rows) expect(row.length).toBe(names.length);
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])));
}

const tables = async (
  schemaPattern: string | null,
  tablePattern: string | null,
  tableTypes: string[] | null = null,
) =>
  (await ask({ kind: 'tables', catalog: null, schemaPattern, tablePattern, tableTypes })).map(
    (row) => row.TABLE_NAME,
  );
const columns = async (
  schemaPattern: string | null,
  tablePattern: string | null,
  columnPattern: string | null,
) => ask({ kind: 'columns', catalog: null, schemaPattern, tablePattern, columnPattern });
const schemas = async (catalog: string | null, schemaPattern: string | null) =>
  (await ask({ kind: 'schemas', catalog, schemaPattern })).map((row) => row.TABLE_SCHEM);

describe('catalogs and schemas', () => {
  it('are DuckDB’s databases and their schemas', async () => {
    expect(await ask({ kind: 'catalogs' })).toEqual([{ TABLE_CAT: 'memory' }]);
    expect(await schemas(null, null)).toEqual(['default', 'main', 'sales', 'sales_eu']);
    expect(await schemas('memory', '%')).toEqual(['default', 'main', 'sales', 'sales_eu']);
    expect(await schemas('', '')).toEqual(['default', 'main', 'sales', 'sales_eu']);
    expect(await schemas('nope', null)).toEqual([]);
    expect(await schemas(null, 'SALES%')).toEqual(['sales', 'sales_eu']);
    expect(await schemas(null, String.raw`sales\_%`)).toEqual(['sales_eu']);
  });
});

describe('tables', () => {
  it('are found by patterns', async () => {
    expect(await tables('default', '%')).toEqual(['a_b', 'axb']);
    expect(await tables('.*', 'a.b')).toEqual([]);
    expect(await tables('def.*', '.*')).toEqual(['a_b', 'axb']);
    expect(await tables('default', 'a_b')).toEqual(['a_b', 'axb']);
    expect(await tables('default', String.raw`a\_b`)).toEqual(['a_b']);
    expect(await tables('sal%', 'CUST%')).toEqual(['customer']);
    expect(await tables('sales', '')).toEqual(['customer', 'order', 'big']);
    expect(await tables('sales', '*')).toEqual(['customer', 'order', 'big']);
    expect(await tables('sales', 'no\\')).toEqual([]);
    expect(await tables("'; DROP TABLE a_b; --", null)).toEqual([]);
  });

  it('are found by type', async () => {
    expect(await tables(null, null, ['VIEW'])).toEqual(['big']);
    expect(await tables(null, null, ['LOCAL TEMPORARY'])).toEqual(['scratch']);
    expect(await tables('sales', null, ['TABLE', 'VIEW'])).toEqual(['customer', 'order', 'big']);
    expect(await tables(null, null, ['SYNONYM'])).toEqual([]);
    const many = Array.from({ length: 500_000 }, (_, at) => `TYPE ${at}`);
    expect(await tables('sales', null, [...many, 'table', 'VIEW'])).toEqual(['customer', 'order', 'big']);
    expect((await tables(null, null, [])).length).toBe(6);
    expect(await ask({ kind: 'tableTypes' })).toEqual([
      { TABLE_TYPE: 'TABLE' },
      { TABLE_TYPE: 'VIEW' },
      { TABLE_TYPE: 'LOCAL TEMPORARY' },
    ]);
  });

  it('come with catalog, schema, type and comment', async () => {
    const [row] = await ask({
      kind: 'tables',
      catalog: 'MEMORY',
      schemaPattern: null,
      tablePattern: 'axb',
      tableTypes: null,
    });
    expect(row).toMatchObject({
      TABLE_CAT: 'memory',
      TABLE_SCHEM: 'default',
      TABLE_TYPE: 'TABLE',
      REMARKS: 'a table',
      TYPE_CAT: null,
    });
  });

  it('do not show another session’s temporary ones', async () => {
    const other = await executor.openSession(sessionSpec());
    const cursor = await other.metadata(
      { kind: 'tables', catalog: null, schemaPattern: null, tablePattern: 'scratch', tableTypes: null },
      statementContext(),
    );
    expect(await cursor.next(10)).toBeNull();
  });
});

describe('columns', () => {
  it('are described as Hive describes them', async () => {
    expect(await columns('default', 'axb', null)).toMatchObject([
      {
        COLUMN_NAME: 'x',
        DATA_TYPE: 4,
        TYPE_NAME: 'INT',
        COLUMN_SIZE: 10,
        DECIMAL_DIGITS: 0,
        NUM_PREC_RADIX: 10,
        NULLABLE: 0,
        IS_NULLABLE: 'NO',
        COLUMN_DEF: '7',
        ORDINAL_POSITION: 1,
      },
      {
        COLUMN_NAME: 'amount',
        DATA_TYPE: 3,
        TYPE_NAME: 'DECIMAL(12,3)',
        COLUMN_SIZE: 12,
        DECIMAL_DIGITS: 3,
        NULLABLE: 1,
        IS_NULLABLE: 'YES',
      },
      { COLUMN_NAME: 'tags', DATA_TYPE: 2003, TYPE_NAME: 'ARRAY', COLUMN_SIZE: null },
      { COLUMN_NAME: 'made', DATA_TYPE: 93, TYPE_NAME: 'TIMESTAMP', DECIMAL_DIGITS: 9 },
      {
        COLUMN_NAME: 'note',
        DATA_TYPE: 12,
        TYPE_NAME: 'STRING',
        REMARKS: 'a note',
        IS_AUTO_INCREMENT: 'NO',
        ORDINAL_POSITION: 5,
      },
    ]);
  });

  it('are found by patterns, of views too', async () => {
    const named = async (table: string, column: string | null) =>
      (await columns('sales', table, column)).map((row) => row.COLUMN_NAME);
    expect(await named('big', '%')).toEqual(['id', 'c_id', 'c_region']);
    expect(await named('order', String.raw`c\_%`)).toEqual(['c_id', 'c_region']);
    expect(await named('order', 'nope')).toEqual([]);
  });

  it.each([
    ['HUGEINT', 'DECIMAL(38,0)'],
    ['UBIGINT', 'DECIMAL(20,0)'],
    ['INTEGER[3]', 'ARRAY'],
    ['MAP(VARCHAR, INTEGER)', 'MAP'],
    ['STRUCT(a INTEGER)', 'STRUCT'],
    ['STRUCT(a INTEGER)[]', 'ARRAY'],
    ["ENUM('a', 'b')", 'STRING'],
    ['TIMESTAMP WITH TIME ZONE', 'TIMESTAMP'],
    ['INTERVAL', 'STRING'],
    ['my_own_type', 'STRING'],
  ])('%s is %s', (type, name) => {
    expect(describeType(type).name).toBe(name);
  });
});

describe('types, functions and keys', () => {
  it('lists every type with a number of its own', async () => {
    const rows = await ask({ kind: 'typeInfo' });
    const names = rows.map((row) => row.TYPE_NAME);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['BOOLEAN', 'INT', 'DECIMAL', 'STRING', 'ARRAY']));
    expect(rows.find((row) => row.TYPE_NAME === 'STRING')).toMatchObject({
      DATA_TYPE: 12,
      LITERAL_PREFIX: "'",
      CASE_SENSITIVE: true,
      SEARCHABLE: 3,
    });
  });

  it('finds functions by pattern, overloads once', async () => {
    const find = async (functionPattern: string) =>
      ask({ kind: 'functions', catalog: null, schemaPattern: null, functionPattern });
    expect(await find('abs')).toMatchObject([{ FUNCTION_NAME: 'abs', FUNCTION_TYPE: 1 }]);
    expect(await find('read_csv')).toMatchObject([{ FUNCTION_TYPE: 2 }]);
    expect(await find('no_such_%')).toEqual([]);
    // The session has one of its own, before DuckDB's.
    expect((await find('current_user')).map((row) => row.FUNCTION_CAT)).not.toContain('temp');
    expect((await find('%')).length).toBeGreaterThan(500);
  });

  it('finds primary keys in their order', async () => {
    const keys = await ask({ kind: 'primaryKeys', catalog: null, schema: 'sales', table: 'CUSTOMER' });
    expect(keys.map((row) => [row.COLUMN_NAME, row.KEY_SEQ])).toEqual([
      ['id', 2],
      ['region', 1],
    ]);
    expect(keys[0]).toMatchObject({ TABLE_CAT: 'memory', TABLE_SCHEM: 'sales', TABLE_NAME: 'customer' });
    expect(keys[0]?.PK_NAME).toBeTypeOf('string');
    expect(await ask({ kind: 'primaryKeys', catalog: null, schema: null, table: 'a_b' })).toEqual([]);
  });

  it('finds foreign keys from either side', async () => {
    const none = { catalog: null, schema: null, table: null };
    const expected = [
      {
        PKTABLE_NAME: 'customer',
        PKCOLUMN_NAME: 'region',
        FKTABLE_NAME: 'order',
        FKCOLUMN_NAME: 'c_region',
        KEY_SEQ: 1,
      },
      {
        PKTABLE_NAME: 'customer',
        PKCOLUMN_NAME: 'id',
        FKTABLE_NAME: 'order',
        FKCOLUMN_NAME: 'c_id',
        KEY_SEQ: 2,
      },
    ];
    const ofParent = { ...none, schema: 'sales', table: 'customer' };
    const ofChild = { ...none, table: 'order' };
    expect(await ask({ kind: 'crossReference', parent: ofParent, foreign: none })).toMatchObject(expected);
    expect(await ask({ kind: 'crossReference', parent: none, foreign: ofChild })).toMatchObject(expected);
    expect(await ask({ kind: 'crossReference', parent: ofChild, foreign: none })).toEqual([]);
  });
});

describe('likePattern', () => {
  it('closes an escape at the end and lets nothing out of its literal', () => {
    expect(likePattern('c', null)).toBe('true');
    expect(likePattern('c', 'a\\')).toBe("c ILIKE 'a\\\\' ESCAPE '\\'");
    expect(likePattern('c', 'a\\\\')).toBe("c ILIKE 'a\\\\' ESCAPE '\\'");
    expect(likePattern('c', "it's")).toBe("c ILIKE 'it''s' ESCAPE '\\'");
  });
});
