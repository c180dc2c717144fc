import type { MessageOf } from './codec.ts';
import { statusAndOperation, TSessionHandle } from './common.ts';
import { list } from './containers.ts';
import { string } from './scalars.ts';
import { field, struct } from './struct.ts';

/**
 * The catalog calls. `…Name` fields are identifiers or patterns: `_` any character, `%` any run of characters, `\\` takes
 * the meaning from the next. Absent means any.
 */

export const TGetTypeInfoReq = struct('TGetTypeInfoReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
});
export type TGetTypeInfoReq = MessageOf<typeof TGetTypeInfoReq>;

export const TGetTypeInfoResp = struct('TGetTypeInfoResp', statusAndOperation);
export type TGetTypeInfoResp = MessageOf<typeof TGetTypeInfoResp>;

export const TGetCatalogsReq = struct('TGetCatalogsReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
});
export type TGetCatalogsReq = MessageOf<typeof TGetCatalogsReq>;

export const TGetCatalogsResp = struct('TGetCatalogsResp', statusAndOperation);
export type TGetCatalogsResp = MessageOf<typeof TGetCatalogsResp>;

export const TGetSchemasReq = struct('TGetSchemasReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  catalogName: field(2, string, 'optional'),
  schemaName: field(3, string, 'optional'),
});
export type TGetSchemasReq = MessageOf<typeof TGetSchemasReq>;

export const TGetSchemasResp = struct('TGetSchemasResp', statusAndOperation);
export type TGetSchemasResp = MessageOf<typeof TGetSchemasResp>;

export const TGetTablesReq = struct('TGetTablesReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  catalogName: field(2, string, 'optional'),
  schemaName: field(3, string, 'optional'),
  tableName: field(4, string, 'optional'),
  tableTypes: field(5, list(string), 'optional'),
});
export type TGetTablesReq = MessageOf<typeof TGetTablesReq>;

export const TGetTablesResp = struct('TGetTablesResp', statusAndOperation);
export type TGetTablesResp = MessageOf<typeof TGetTablesResp>;

export const TGetTableTypesReq = struct('TGetTableTypesReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
});
export type TGetTableTypesReq = MessageOf<typeof TGetTableTypesReq>;

export const TGetTableTypesResp = struct('TGetTableTypesResp', statusAndOperation);
export type TGetTableTypesResp = MessageOf<typeof TGetTableTypesResp>;

export const TGetColumnsReq = struct('TGetColumnsReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  catalogName: field(2, string, 'optional'),
  schemaName: field(3, string, 'optional'),
  tableName: field(4, string, 'optional'),
  columnName: field(5, string, 'optional'),
});
export type TGetColumnsReq = MessageOf<typeof TGetColumnsReq>;

export const TGetColumnsResp = struct('TGetColumnsResp', statusAndOperation);
export type TGetColumnsResp = MessageOf<typeof TGetColumnsResp>;

export const TGetFunctionsReq = struct('TGetFunctionsReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  catalogName: field(2, string, 'optional'),
  schemaName: field(3, string, 'optional'),
  functionName: field(4, string, 'required'),
});
export type TGetFunctionsReq = MessageOf<typeof TGetFunctionsReq>;

export const TGetFunctionsResp = struct('TGetFunctionsResp', statusAndOperation);
export type TGetFunctionsResp = MessageOf<typeof TGetFunctionsResp>;

export const TGetPrimaryKeysReq = struct('TGetPrimaryKeysReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  catalogName: field(2, string, 'optional'),
  schemaName: field(3, string, 'optional'),
  tableName: field(4, string, 'optional'),
});
export type TGetPrimaryKeysReq = MessageOf<typeof TGetPrimaryKeysReq>;

export const TGetPrimaryKeysResp = struct('TGetPrimaryKeysResp', statusAndOperation);
export type TGetPrimaryKeysResp = MessageOf<typeof TGetPrimaryKeysResp>;

export const TGetCrossReferenceReq = struct('TGetCrossReferenceReq', {
  sessionHandle: field(1, TSessionHandle, 'required'),
  parentCatalogName: field(2, string, 'optional'),
  parentSchemaName: field(3, string, 'optional'),
  parentTableName: field(4, string, 'optional'),
  foreignCatalogName: field(5, string, 'optional'),
  foreignSchemaName: field(6, string, 'optional'),
  foreignTableName: field(7, string, 'optional'),
});
export type TGetCrossReferenceReq = MessageOf<typeof TGetCrossReferenceReq>;

export const TGetCrossReferenceResp = struct('TGetCrossReferenceResp', statusAndOperation);
export type TGetCrossReferenceResp = MessageOf<typeof TGetCrossReferenceResp>;
