export * from './catalog-calls.ts';
export * from './common.ts';
export * from './operation-calls.ts';
export * from './row-set.ts';
export * from './schema.ts';
export * from './session-calls.ts';
