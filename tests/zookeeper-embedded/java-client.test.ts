import { join } from 'node:path';
import { startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import type { EmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { runClient } from '../support/client-checks.ts';
import type { ClientReport } from '../support/client-checks.ts';
import { jarsOf } from '../support/jars.ts';

const SUITE_TIMEOUT_MS = 240_000;

/** Apache's Java client and Curator against the embedded server. The program says more of each check. */
describe("Apache's Java client 3.9.3 and Curator 5.7.1", () => {
  let server: EmbeddedZooKeeper;
  let report: ClientReport;

  beforeAll(async () => {
    const { classpath } = await jarsOf('zookeeper-client');
    server = await startEmbeddedZooKeeper({
      host: '127.0.0.1',
      port: 0,
      tickTimeMs: 250,
      minSessionTimeoutMs: 1000,
    });
    const program = join(import.meta.dirname, 'java/JavaClientChecks.java');
    report = await runClient({ command: 'java', args: ['-cp', classpath, program, server.address] });
  }, SUITE_TIMEOUT_MS);

  afterAll(async () => server.close());

  it.each([
    'create-read-delete',
    'multi',
    'idle-session-lives',
    'watches-rearmed',
    'session-expired',
    'acl',
    'auth-failed',
    'request-too-large',
    'remove-watches',
    'thousands-in-flight',
    'curator-parents',
    'curator-protection',
    'curator-persistent-node',
    'curator-connection-states',
    'curator-semaphore-mutex',
    'curator-mutex',
    'curator-path-children-cache',
    'curator-cache',
    'curator-atomic-integer',
    'curator-transaction',
    'curator-leader-latch',
  ])('%s', (check) => report.expectPassed(check));
});
