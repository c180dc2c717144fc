/**
 * What discovery plugins have in common: names and data of nodes as Kyuubi and the drivers know them, the life of a
 * registration, lists that are kept current, and waiting.
 */
export { Deadline, backoffMs, orAborted, pause, within, type WaitOptions } from './deadline.ts';
export { deferred, type Deferred } from './deferred.ts';
export { encodeNodeData, parseNodeData, type Instance } from './node-data.ts';
export { encodeNodeName, instanceOf, parseNodeName, type NodeName } from './node-name.ts';
export { type Held, HeldLocks } from './held-locks.ts';
export { RegistrationLife, RegistrationState } from './registration-life.ts';
export type { SpaceListener, SpaceSource } from './space-watch.ts';
export { SpaceWatches } from './space-watches.ts';
export { type Translated, translator } from './translator.ts';
