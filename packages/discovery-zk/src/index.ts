export { zooKeeperArea } from './options.ts';
export { discoveryPlugin } from './plugin.ts';
