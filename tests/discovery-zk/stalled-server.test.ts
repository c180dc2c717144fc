import { describe } from 'vitest';
import { CONNECT_TIMEOUT_MS } from '../support/discovery-bench.ts';
import { stalledServerTests } from '../support/stalled-server-tests.ts';
import { SESSION_TIMEOUT_MS, startBench } from './harness.ts';

describe('a server that is stopped by SIGSTOP', () => {
  stalledServerTests({
    start: startBench,
    overrides: { conf: { 'kyuubi.ha.zookeeper.node.creation.timeout': String(CONNECT_TIMEOUT_MS) } },
    lockEndsMs: SESSION_TIMEOUT_MS + 200,
  });
});
