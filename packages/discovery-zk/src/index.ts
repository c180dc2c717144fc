export { zooKeeperArea } from './options.ts';
export { discoveryPlugin } from './plugin.ts';
export { parseNodeName, encodeNodeName, type NodeName } from './registry/node-name.ts';
export { parseNodeData, encodeNodeData, type Instance } from './registry/node-data.ts';
