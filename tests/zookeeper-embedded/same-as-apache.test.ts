import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import type { Clock } from '@senbon/zookeeper-embedded';
import { expect, it } from 'vitest';
import { jarsOf } from '../support/jars.ts';
import { startRealZooKeeper } from './real-zookeeper.ts';

const run = promisify(execFile);

const RUN_TIMEOUT_MS = 120_000;
const SUITE_TIMEOUT_MS = 300_000;
const SWEEP_INTERVAL_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const STEPS = 500;
const SEEDS = [11, 12, 13, 14];

/** The system's, but without the sweep of containers, which the real server is told to leave as well. */
const clock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every(ms, fn) {
    if (ms === SWEEP_INTERVAL_MS) return { cancel: () => undefined };
    const timer = setInterval(fn, ms).unref();
    return { cancel: () => clearInterval(timer) };
  },
};

async function randomOperations(address: string): Promise<string[]> {
  const { classpath } = await jarsOf('zookeeper-client');
  const program = join(import.meta.dirname, 'java/RandomOperations.java');
  const args = ['-cp', classpath, program, address, String(STEPS), ...SEEDS.map(String)];
  const { stdout } = await run('java', args, { timeout: RUN_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES });
  return stdout.split('\n');
}

it(
  "answers random operations of three sessions as Apache's server does",
  async () => {
    const real = await startRealZooKeeper();
    let expected: string[];
    try {
      expected = await randomOperations(real.address);
    } finally {
      await real.close();
    }
    const embedded = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0, clock });
    let actual: string[];
    try {
      actual = await randomOperations(embedded.address);
    } finally {
      await embedded.close();
    }
    expect(expected.length).toBeGreaterThan(STEPS * SEEDS.length);
    expect(actual).toEqual(expected);
  },
  SUITE_TIMEOUT_MS,
);
