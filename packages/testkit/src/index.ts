export type { EtcdMember, MemberTls } from './etcd/etcd-member.ts';
export { startEtcd, type RealEtcd, type StartEtcdOptions } from './etcd/start-etcd.ts';
export { freePort } from './process/free-port.ts';
export { RingBuffer } from './process/ring-buffer.ts';
export type { ServerGroup } from './process/server-group.ts';
export {
  startProcess,
  type OwnedProcess,
  type ProcessExit,
  type ProcessOptions,
} from './process/start-process.ts';
export { tempDir, type TempDir } from './process/temp-dir.ts';
export { fourLetterWord } from './zookeeper/four-letter-word.ts';
export {
  startZooKeeper,
  type RealZooKeeper,
  type StartZooKeeperOptions,
} from './zookeeper/start-zookeeper.ts';
export type { ZooKeeperServer } from './zookeeper/zookeeper-server.ts';
export { discoverySuite } from './discovery/discovery-suite.ts';
export type {
  DiscoveryHarness,
  DiscoverySuiteOptions,
  DiscoverySuiteSupports,
  SuiteRunner,
} from './discovery/harness.ts';
export { memoryDiscovery, type MemoryDiscovery } from './memory/memory-discovery.ts';
export type { EngineHarness, EngineSuiteOptions } from './engine/engine-harness.ts';
export { engineSuite } from './engine/engine-suite.ts';
