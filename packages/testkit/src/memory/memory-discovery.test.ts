import { afterAll, beforeAll, describe, it } from 'vitest';
import { discoverySuite } from '../discovery/discovery-suite.ts';
import { memoryDiscovery } from './memory-discovery.ts';

discoverySuite({
  name: 'memory',
  runner: { afterAll, beforeAll, describe, it },
  supports: { publishedConfigs: true, acl: false, expireSession: true },
  start: async () => ({ ...memoryDiscovery(), stop: async () => undefined }),
});
