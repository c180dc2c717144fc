import assert from 'node:assert/strict';
import { connected, ownName, withTable } from '../support/node-checks.mjs';
import { rowsOf, types } from './connection.mjs';

const TABLE = ownName('people');

/** One column of a metadata call's answer. */
async function values(call, label) {
  const rows = await rowsOf(await call);
  return rows.map((row) => row[label]);
}

async function contains(call, label, wanted) {
  const found = await values(call, label);
  assert.ok(found.includes(wanted), `${wanted} is not among ${found}`);
}

async function product({ session }) {
  const name = await session.getInfo(types.TGetInfoType.CLI_DBMS_NAME);
  const version = await session.getInfo(types.TGetInfoType.CLI_DBMS_VER);
  assert.match(name.getValue(), /\S/);
  assert.match(version.getValue(), /\d/);
}

async function catalogs({ session }) {
  const found = await values(session.getCatalogs(), 'TABLE_CAT');
  assert.ok(found.every((name) => typeof name === 'string'));
}

async function typeInfo({ session }) {
  const names = await values(session.getTypeInfo(), 'TYPE_NAME');
  for (const type of ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'STRING', 'DATE', 'TIMESTAMP', 'DECIMAL'])
    assert.ok(names.includes(type), `${type} is not among ${names}`);
}

async function tables({ session }) {
  const named = { schemaName: 'default', tableName: TABLE };
  assert.deepEqual(await values(session.getTables(named), 'TABLE_NAME'), [TABLE]);
  assert.deepEqual(await values(session.getTables({ ...named, tableTypes: ['TABLE'] }), 'TABLE_TYPE'), [
    'TABLE',
  ]);
}

async function columns({ session }) {
  const rows = await rowsOf(
    await session.getColumns({ schemaName: 'default', tableName: TABLE, columnName: '%' }),
  );
  assert.deepEqual(
    rows.map((row) => [row.COLUMN_NAME, row.ORDINAL_POSITION, row.TYPE_NAME]),
    [
      ['id', 1, 'INT'],
      ['name', 2, 'STRING'],
    ],
  );
}

/** `%` and `_` are wildcards, a backslash takes that away; so it is for schemas, tables, columns and functions. */
async function metadataPatterns({ session }) {
  const tablesLike = (tableName, schemaName = 'def%') =>
    values(session.getTables({ schemaName, tableName }), 'TABLE_NAME');
  const ownTable = [TABLE];
  assert.deepEqual(await tablesLike(TABLE.replaceAll('_', '\\_')), ownTable);
  assert.deepEqual(await tablesLike(TABLE.replace('people', 'peo_le')), ownTable);
  assert.deepEqual(await tablesLike(TABLE.replace('people', 'p%'), 'de_ault'), ownTable);
  assert.deepEqual(await tablesLike(TABLE.replace('people', 'peo\\_le')), []);
  assert.deepEqual(await values(session.getSchemas({ schemaName: 'd_fault' }), 'TABLE_SCHEM'), ['default']);
  const columnsLike = { schemaName: 'default', tableName: TABLE, columnName: 'n%' };
  assert.deepEqual(await values(session.getColumns(columnsLike), 'COLUMN_NAME'), ['name']);
  await contains(session.getFunctions({ functionName: 'ab_' }), 'FUNCTION_NAME', 'abs');
}

/** Nothing found is an answer with columns and without rows. */
async function metadataEmpty({ session }) {
  const missing = { schemaName: 'default', tableName: 'no_such_table', columnName: '%' };
  const calls = [
    [session.getTables(missing), 'TABLE_NAME'],
    [session.getTables({ tableName: '%', tableTypes: ['NO SUCH TYPE'] }), 'TABLE_NAME'],
    [session.getColumns(missing), 'COLUMN_NAME'],
    [session.getSchemas({ schemaName: 'no_such_schema' }), 'TABLE_SCHEM'],
    [session.getFunctions({ functionName: 'no_such_function' }), 'FUNCTION_NAME'],
    [session.getPrimaryKeys(missing), 'COLUMN_NAME'],
  ];
  for (const [call, label] of calls) {
    const operation = await call;
    const rows = await rowsOf(operation);
    assert.deepEqual(rows, []);
    const names = operation.getSchema().columns.map(({ columnName }) => columnName);
    assert.ok(names.includes(label), `${label} is not among ${names}`);
  }
}

/** None is declared; the call and its columns must be there all the same. */
async function primaryKeys({ session }) {
  const call = session.getPrimaryKeys({ schemaName: 'default', tableName: TABLE });
  assert.deepEqual(await values(call, 'COLUMN_NAME'), []);
}

async function crossReference({ session }) {
  const call = session.getCrossReference({
    parentSchemaName: 'default',
    parentTableName: TABLE,
    foreignSchemaName: 'default',
    foreignTableName: TABLE,
  });
  assert.deepEqual(await values(call, 'FKCOLUMN_NAME'), []);
}

export const metadataChecks = {
  product: connected(product),
  catalogs: connected(catalogs),
  schemas: connected(({ session }) => contains(session.getSchemas({}), 'TABLE_SCHEM', 'default')),
  'table-types': connected(({ session }) => contains(session.getTableTypes(), 'TABLE_TYPE', 'TABLE')),
  'type-info': connected(typeInfo),
  functions: connected(({ session }) =>
    contains(session.getFunctions({ functionName: 'abs' }), 'FUNCTION_NAME', 'abs'),
  ),
  tables: withTable(TABLE, tables),
  columns: withTable(TABLE, columns),
  'metadata-patterns': withTable(TABLE, metadataPatterns),
  'metadata-empty': connected(metadataEmpty),
  'primary-keys': withTable(TABLE, primaryKeys),
  'cross-reference': withTable(TABLE, crossReference),
};
