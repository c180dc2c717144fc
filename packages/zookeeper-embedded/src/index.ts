export type { Clock, Timer } from './clock.ts';
export { EmbeddedZooKeeperError } from './errors.ts';
export type { EmbeddedZooKeeperErrorCode } from './errors.ts';
export type { EmbeddedZooKeeperOptions, Log, LogLevel } from './options.ts';
export { startEmbeddedZooKeeper } from './server/server.ts';
export type { EmbeddedZooKeeper } from './server/server.ts';
