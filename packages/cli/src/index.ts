export { type Chapter, chapters, keyCheck } from './configuration.ts';
export { embeddedZooKeeperArea } from './embedded-discovery.ts';
export { run, type RunOptions } from './run.ts';
