import { describe } from 'vitest';
import { stalledServerTests } from '../support/stalled-server-tests.ts';
import { LEASE_SECONDS, startBench } from './harness.ts';

describe('the only member, stopped by SIGSTOP', () => {
  stalledServerTests({ start: startBench, lockEndsMs: LEASE_SECONDS * 1_000 });
});
