/** What discovery plugins have in common: names and data of nodes as Kyuubi and the drivers know them, and waiting. */
export { Deadline, backoffMs, orAborted, pause, within, type WaitOptions } from './deadline.ts';
export { deferred, type Deferred } from './deferred.ts';
export { encodeNodeData, parseNodeData, type Instance } from './node-data.ts';
export { encodeNodeName, instanceOf, parseNodeName, type NodeName } from './node-name.ts';
