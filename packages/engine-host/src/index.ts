export type * from './executor.ts';
export { metadataSchemas } from './metadata-schemas.ts';
