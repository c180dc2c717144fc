export { etcdArea } from './options.ts';
export { discoveryPlugin } from './plugin.ts';
