import { type MethodName, type RequestOf, TOperationType, TStatusCode, TTypeId } from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import { metadataSchemas } from '../metadata-schemas.ts';
import { EngineFixture } from '../testing/engine-fixture.ts';
import type { MetadataKind, MetadataRequest } from '../executor.ts';

type MetadataMethod = Extract<
  MethodName,
  `Get${'TypeInfo' | 'Catalogs' | 'Schemas' | 'Tables' | 'TableTypes' | 'Columns' | 'Functions' | 'PrimaryKeys' | 'CrossReference'}`
>;
type Case = readonly [MetadataMethod, object, number, number, MetadataRequest];

const cases: readonly Case[] = [
  ['GetTypeInfo', {}, TOperationType.GET_TYPE_INFO, 18, { kind: 'typeInfo' }],
  ['GetCatalogs', {}, TOperationType.GET_CATALOGS, 1, { kind: 'catalogs' }],
  ['GetTableTypes', {}, TOperationType.GET_TABLE_TYPES, 1, { kind: 'tableTypes' }],
  [
    'GetSchemas',
    { schemaName: 'd%' },
    TOperationType.GET_SCHEMAS,
    2,
    { kind: 'schemas', catalog: null, schemaPattern: 'd%' },
  ],
  [
    'GetTables',
    { catalogName: 'c', schemaName: 's', tableName: 't', tableTypes: ['VIEW'] },
    TOperationType.GET_TABLES,
    10,
    { kind: 'tables', catalog: 'c', schemaPattern: 's', tablePattern: 't', tableTypes: ['VIEW'] },
  ],
  [
    'GetColumns',
    { columnName: 'x' },
    TOperationType.GET_COLUMNS,
    23,
    { kind: 'columns', catalog: null, schemaPattern: null, tablePattern: null, columnPattern: 'x' },
  ],
  [
    'GetFunctions',
    { functionName: 'f%' },
    TOperationType.GET_FUNCTIONS,
    6,
    { kind: 'functions', catalog: null, schemaPattern: null, functionPattern: 'f%' },
  ],
  [
    'GetPrimaryKeys',
    { schemaName: 's', tableName: 't' },
    TOperationType.GET_FUNCTIONS,
    6,
    { kind: 'primaryKeys', catalog: null, schema: 's', table: 't' },
  ],
  [
    'GetCrossReference',
    { parentTableName: 'p', foreignCatalogName: 'c', foreignTableName: 'f' },
    TOperationType.GET_FUNCTIONS,
    14,
    {
      kind: 'crossReference',
      parent: { catalog: null, schema: null, table: 'p' },
      foreign: { catalog: 'c', schema: null, table: 'f' },
    },
  ],
];

it.each(cases)(
  '%s asks the executor and has the standard columns',
  async (method, request, type, width, asked) => {
    await using fixture = await EngineFixture.start();
    const client = await fixture.connect();
    const sessionHandle = await client.open();
    const response = await client.connection.call(method, { sessionHandle, ...request } as RequestOf<
      typeof method
    >);
    const operation = response.operationHandle;
    if (operation === undefined) throw new Error('no operation');
    expect(operation).toMatchObject({ operationType: type, hasResultSet: true });
    expect(fixture.executor.metadataRequests).toEqual([asked]);
    const columns = await client.columns(operation);
    expect(columns).toHaveLength(width);
    expect(columns.map((column) => column.columnName)).toEqual(
      metadataSchemas[asked.kind].map(({ name }) => name),
    );
    expect(await client.fetch(operation)).toMatchObject({ rows: [], columnCount: width });
    await client.close(operation);
  },
);

it('reports a failure in the status and keeps no operation', async () => {
  await using fixture = await EngineFixture.start();
  const client = await fixture.connect();
  const sessionHandle = await client.open();
  const response = await client.connection.call('GetFunctions', { sessionHandle, functionName: 'fail' });
  expect(response).toEqual({
    status: {
      statusCode: TStatusCode.ERROR,
      sqlState: 'HY000',
      errorCode: 0,
      errorMessage: 'catalog is broken',
    },
  });
});

it('has the positions that drivers read GetColumns by', () => {
  const kinds = Object.keys(metadataSchemas) as MetadataKind[];
  expect(kinds).toHaveLength(9);
  for (const kind of kinds) {
    for (const column of metadataSchemas[kind]) expect(TTypeId[column.type.name]).toBeTypeOf('number');
  }
  const columns = metadataSchemas.columns.map(({ name }) => name);
  expect(columns.indexOf('DATA_TYPE')).toBe(4);
  expect(columns.indexOf('ORDINAL_POSITION')).toBe(16);
  expect(columns.at(-1)).toBe('IS_AUTO_INCREMENT');
});
