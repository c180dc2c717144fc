export { readSparkOptions, sparkArea, type SparkOptions } from './options.ts';
export { enginePlugin } from './plugin.ts';
