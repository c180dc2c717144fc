import { SenbonError } from '@senbon/core';
import type { Handlers, TOperationHandle, TSessionHandle, TStatus } from '@senbon/hive-thrift';
import type { MetadataRequest } from '../executor.ts';
import { handleOf } from './operation-handle.ts';
import type { Caller } from './service.ts';
import { errorStatus, SUCCESS } from './status.ts';

interface OperationStart {
  readonly status: TStatus;
  readonly operationHandle?: TOperationHandle;
}

/** The calls that answer questions about the catalog: each runs to its end before it is answered. */
export const metadataHandlers: Handlers<Caller> = {
  GetTypeInfo: (request, caller) => run(caller, request.sessionHandle, { kind: 'typeInfo' }),
  GetCatalogs: (request, caller) => run(caller, request.sessionHandle, { kind: 'catalogs' }),
  GetTableTypes: (request, caller) => run(caller, request.sessionHandle, { kind: 'tableTypes' }),

  GetSchemas: (request, caller) =>
    run(caller, request.sessionHandle, {
      kind: 'schemas',
      catalog: request.catalogName ?? null,
      schemaPattern: request.schemaName ?? null,
    }),

  GetTables: (request, caller) =>
    run(caller, request.sessionHandle, {
      kind: 'tables',
      catalog: request.catalogName ?? null,
      schemaPattern: request.schemaName ?? null,
      tablePattern: request.tableName ?? null,
      tableTypes: request.tableTypes ?? null,
    }),

  GetColumns: (request, caller) =>
    run(caller, request.sessionHandle, {
      kind: 'columns',
      catalog: request.catalogName ?? null,
      schemaPattern: request.schemaName ?? null,
      tablePattern: request.tableName ?? null,
      columnPattern: request.columnName ?? null,
    }),

  GetFunctions: (request, caller) =>
    run(caller, request.sessionHandle, {
      kind: 'functions',
      catalog: request.catalogName ?? null,
      schemaPattern: request.schemaName ?? null,
      functionPattern: request.functionName,
    }),

  GetPrimaryKeys: (request, caller) =>
    run(caller, request.sessionHandle, {
      kind: 'primaryKeys',
      catalog: request.catalogName ?? null,
      schema: request.schemaName ?? null,
      table: request.tableName ?? null,
    }),

  GetCrossReference: (request, caller) =>
    run(caller, request.sessionHandle, {
      kind: 'crossReference',
      parent: {
        catalog: request.parentCatalogName ?? null,
        schema: request.parentSchemaName ?? null,
        table: request.parentTableName ?? null,
      },
      foreign: {
        catalog: request.foreignCatalogName ?? null,
        schema: request.foreignSchemaName ?? null,
        table: request.foreignTableName ?? null,
      },
    }),
};

async function run(
  { service }: Caller,
  sessionHandle: TSessionHandle,
  request: MetadataRequest,
): Promise<OperationStart> {
  try {
    const session = service.sessions.find(sessionHandle.sessionId);
    const operation = session.metadata(request);
    await operation.waitForEnd();
    if (operation.state === 'FINISHED') return { status: SUCCESS, operationHandle: handleOf(operation) };
    await session.closeOperation(operation);
    throw operation.error ?? new SenbonError('OPERATION_CANCELED');
  } catch (error) {
    return { status: errorStatus(error) };
  }
}
