import { type MethodName, type RequestOf, TOperationType, TStatusCode, TTypeId } from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import { metadataSchemas } from '../metadata-schemas.ts';
import { EngineFixture } from '../testing/engine-fixture.ts';
import type { MetadataKind, MetadataRequest } from '../executor.ts';

type MetadataMethod = Extract<
  MethodName,
  `Get${'TypeInfo' | 'Catalogs' | 'Schemas' | 'Tables' | 'TableTypes' | 'Columns' | 'Functions' | 'PrimaryKeys' | 'CrossReference'}`
>;
interface Case {
  readonly method: MetadataMethod;
  readonly request: object;
  readonly type: number;
  readonly width: number;
  readonly asked: MetadataRequest;
}

const { GET_TYPE_INFO, GET_CATALOGS, GET_TABLE_TYPES, GET_SCHEMAS, GET_TABLES, GET_COLUMNS, GET_FUNCTIONS } =
  TOperationType;

const cases: readonly Case[] = [
  { method: 'GetTypeInfo', request: {}, type: GET_TYPE_INFO, width: 18, asked: { kind: 'typeInfo' } },
  { method: 'GetCatalogs', request: {}, type: GET_CATALOGS, width: 1, asked: { kind: 'catalogs' } },
  { method: 'GetTableTypes', request: {}, type: GET_TABLE_TYPES, width: 1, asked: { kind: 'tableTypes' } },
  {
    method: 'GetSchemas',
    request: { schemaName: 'd%' },
    type: GET_SCHEMAS,
    width: 2,
    asked: { kind: 'schemas', catalog: null, schemaPattern: 'd%' },
  },
  {
    method: 'GetTables',
    request: { catalogName: 'c', schemaName: 's', tableName: 't', tableTypes: ['VIEW'] },
    type: GET_TABLES,
    width: 10,
    asked: { kind: 'tables', catalog: 'c', schemaPattern: 's', tablePattern: 't', tableTypes: ['VIEW'] },
  },
  {
    method: 'GetColumns',
    request: { columnName: 'x' },
    type: GET_COLUMNS,
    width: 23,
    asked: { kind: 'columns', catalog: null, schemaPattern: null, tablePattern: null, columnPattern: 'x' },
  },
  {
    method: 'GetFunctions',
    request: { functionName: 'f%' },
    type: GET_FUNCTIONS,
    width: 6,
    asked: { kind: 'functions', catalog: null, schemaPattern: null, functionPattern: 'f%' },
  },
  {
    method: 'GetPrimaryKeys',
    request: { schemaName: 's', tableName: 't' },
    type: GET_FUNCTIONS,
    width: 6,
    asked: { kind: 'primaryKeys', catalog: null, schema: 's', table: 't' },
  },
  {
    method: 'GetCrossReference',
    request: { parentTableName: 'p', foreignCatalogName: 'c', foreignTableName: 'f' },
    type: GET_FUNCTIONS,
    width: 14,
    asked: {
      kind: 'crossReference',
      parent: { catalog: null, schema: null, table: 'p' },
      foreign: { catalog: 'c', schema: null, table: 'f' },
    },
  },
];

it.each(cases)('$method asks the executor and has the standard columns', async (example) => {
  const { method, request, type, width, asked } = example;
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  const sessionHandle = await client.open();
  const call = { sessionHandle, ...request } as RequestOf<typeof method>;
  const { operationHandle: operation } = await client.connection.call(method, call);
  if (operation === undefined) throw new Error('no operation');
  expect(operation).toMatchObject({ operationType: type, hasResultSet: true });
  expect(fixture.executor.metadataRequests).toEqual([asked]);
  const columns = await client.columns(operation);
  expect(columns).toHaveLength(width);
  const names = metadataSchemas[asked.kind].map(({ name }) => name);
  expect(columns.map((column) => column.columnName)).toEqual(names);
  expect(await client.fetch(operation)).toMatchObject({ rows: [], columnCount: width });
  await client.close(operation);
});

it('reports a failure in the status and keeps no operation', async () => {
  const fixture = await EngineFixture.start();
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
