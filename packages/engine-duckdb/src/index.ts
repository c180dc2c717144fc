export { createDuckDbExecutor } from './executor.ts';
export { duckDbArea, type DuckDbOptions, readDuckDbOptions } from './options.ts';
export { enginePlugin } from './plugin.ts';
