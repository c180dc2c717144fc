import assert from 'node:assert/strict';
import { connected, ownName, withTable } from '../support/node-checks.mjs';

const TABLE = ownName('people');

/** One column of a metadata call's answer. */
async function values(connection, [method, request], label) {
  const { columns, rows } = await connection.metadata(method, request);
  const at = columns.indexOf(label);
  assert.ok(at >= 0, `${label} is not among ${columns}`);
  return rows.map((row) => row[at]);
}

const contains = (call, label, wanted) =>
  connected(async (connection) => {
    const found = await values(connection, call, label);
    assert.ok(found.includes(wanted), `${wanted} is not among ${found}`);
  });

const finds = (call, label, wanted) => async (connection) => {
  assert.deepEqual(await values(connection, call, label), wanted);
};

async function patterns(connection) {
  const tables = (schemaName, tableName) => ['GetTables', { schemaName, tableName }];
  await finds(tables('def%', TABLE.replaceAll('_', '\\_')), 'TABLE_NAME', [TABLE])(connection);
  await finds(tables('de_ault', TABLE.replace('people', 'p%')), 'TABLE_NAME', [TABLE])(connection);
  await finds(tables('default', TABLE.replace('people', 'peo\\_le')), 'TABLE_NAME', [])(connection);
  await finds(['GetSchemas', { schemaName: 'd_fault' }], 'TABLE_SCHEM', ['default'])(connection);
  const columns = { schemaName: 'default', tableName: TABLE, columnName: 'n%' };
  await finds(['GetColumns', columns], 'COLUMN_NAME', ['name'])(connection);
}

async function empty(connection) {
  const missing = { schemaName: 'default', tableName: 'no_such_table' };
  await finds(['GetTables', missing], 'TABLE_NAME', [])(connection);
  await finds(['GetColumns', { ...missing, columnName: '%' }], 'COLUMN_NAME', [])(connection);
  await finds(['GetSchemas', { schemaName: 'no_such_schema' }], 'TABLE_SCHEM', [])(connection);
  await finds(['GetFunctions', { functionName: 'no_such_function' }], 'FUNCTION_NAME', [])(connection);
}

const people = { schemaName: 'default', tableName: TABLE };

export const metadataChecks = {
  catalogs: connected((connection) => values(connection, ['GetCatalogs'], 'TABLE_CAT')),
  schemas: contains(['GetSchemas'], 'TABLE_SCHEM', 'default'),
  'table-types': contains(['GetTableTypes'], 'TABLE_TYPE', 'TABLE'),
  'type-info': contains(['GetTypeInfo'], 'TYPE_NAME', 'BIGINT'),
  functions: contains(['GetFunctions', { functionName: 'abs' }], 'FUNCTION_NAME', 'abs'),
  tables: withTable(TABLE, finds(['GetTables', { ...people, tableTypes: ['TABLE'] }], 'TABLE_NAME', [TABLE])),
  columns: withTable(
    TABLE,
    finds(['GetColumns', { ...people, columnName: '%' }], 'COLUMN_NAME', ['id', 'name']),
  ),
  'metadata-patterns': withTable(TABLE, patterns),
  'metadata-empty': connected(empty),
  'primary-keys': withTable(TABLE, finds(['GetPrimaryKeys', people], 'COLUMN_NAME', [])),
  'cross-reference': withTable(
    TABLE,
    finds(['GetCrossReference', { parentTableName: TABLE, foreignTableName: TABLE }], 'FKCOLUMN_NAME', []),
  ),
};
