// The executor is an entry of its own (`@senbon/engine-duckdb/executor`): a gateway that only launches engines must not
// load DuckDB's native library.
export { duckDbArea, type DuckDbOptions, readDuckDbOptions } from './options.ts';
export { enginePlugin } from './plugin.ts';
