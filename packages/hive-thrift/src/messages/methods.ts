import type { Codec, MessageOf } from './codec.ts';
import * as t from './tables.ts';

/**
 * Every method of TCLIService as of Hive 4.0, each with one argument `req` (field 1). `handle` tells which handle field 1
 * of the request is. GetLog (V1 to V5) and CloseImpalaOperation are left out on purpose: impyla calls both and falls
 * back when it is told that there is no such method.
 */
export const methods = {
  OpenSession: { request: t.TOpenSessionReq, response: t.TOpenSessionResp, handle: null },
  CloseSession: { request: t.TCloseSessionReq, response: t.TCloseSessionResp, handle: 'session' },
  GetInfo: { request: t.TGetInfoReq, response: t.TGetInfoResp, handle: 'session' },
  ExecuteStatement: { request: t.TExecuteStatementReq, response: t.TExecuteStatementResp, handle: 'session' },
  GetTypeInfo: { request: t.TGetTypeInfoReq, response: t.TGetTypeInfoResp, handle: 'session' },
  GetCatalogs: { request: t.TGetCatalogsReq, response: t.TGetCatalogsResp, handle: 'session' },
  GetSchemas: { request: t.TGetSchemasReq, response: t.TGetSchemasResp, handle: 'session' },
  GetTables: { request: t.TGetTablesReq, response: t.TGetTablesResp, handle: 'session' },
  GetTableTypes: { request: t.TGetTableTypesReq, response: t.TGetTableTypesResp, handle: 'session' },
  GetColumns: { request: t.TGetColumnsReq, response: t.TGetColumnsResp, handle: 'session' },
  GetFunctions: { request: t.TGetFunctionsReq, response: t.TGetFunctionsResp, handle: 'session' },
  GetPrimaryKeys: { request: t.TGetPrimaryKeysReq, response: t.TGetPrimaryKeysResp, handle: 'session' },
  GetCrossReference: {
    request: t.TGetCrossReferenceReq,
    response: t.TGetCrossReferenceResp,
    handle: 'session',
  },
  GetOperationStatus: {
    request: t.TGetOperationStatusReq,
    response: t.TGetOperationStatusResp,
    handle: 'operation',
  },
  CancelOperation: { request: t.TCancelOperationReq, response: t.TCancelOperationResp, handle: 'operation' },
  CloseOperation: { request: t.TCloseOperationReq, response: t.TCloseOperationResp, handle: 'operation' },
  GetResultSetMetadata: {
    request: t.TGetResultSetMetadataReq,
    response: t.TGetResultSetMetadataResp,
    handle: 'operation',
  },
  FetchResults: { request: t.TFetchResultsReq, response: t.TFetchResultsResp, handle: 'operation' },
  GetDelegationToken: {
    request: t.TGetDelegationTokenReq,
    response: t.TGetDelegationTokenResp,
    handle: 'session',
  },
  CancelDelegationToken: {
    request: t.TCancelDelegationTokenReq,
    response: t.TCancelDelegationTokenResp,
    handle: 'session',
  },
  RenewDelegationToken: {
    request: t.TRenewDelegationTokenReq,
    response: t.TRenewDelegationTokenResp,
    handle: 'session',
  },
  GetQueryId: { request: t.TGetQueryIdReq, response: t.TGetQueryIdResp, handle: 'operation' },
  SetClientInfo: { request: t.TSetClientInfoReq, response: t.TSetClientInfoResp, handle: 'session' },
  UploadData: { request: t.TUploadDataReq, response: t.TUploadDataResp, handle: 'session' },
  DownloadData: { request: t.TDownloadDataReq, response: t.TDownloadDataResp, handle: 'session' },
} as const;

export type MethodName = keyof typeof methods;
export type RequestOf<M extends MethodName> = MessageOf<(typeof methods)[M]['request']>;
export type ResponseOf<M extends MethodName> = MessageOf<(typeof methods)[M]['response']>;

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

export function requestTable<M extends MethodName>(method: M): Codec<RequestOf<M>> {
  return methods[method].request as unknown as Codec<RequestOf<M>>;
}

export function responseTable<M extends MethodName>(method: M): Codec<ResponseOf<M>> {
  return methods[method].response as unknown as Codec<ResponseOf<M>>;
}
