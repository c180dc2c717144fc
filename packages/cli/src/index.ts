export { embeddedZooKeeperArea } from './embedded-discovery.ts';
export { run, type RunOptions } from './run.ts';
