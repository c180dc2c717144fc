import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type OwnedProcess, startProcess } from '@senbon/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { STALL_TIMEOUT_MS, Target } from './support/target.ts';
import { vitalsOf } from './support/vitals.ts';

const GROWTH_MIB = 96;
const READERS = 4;
/** Two replies: the third is under way. */
const UNDER_WAY = /^fetched (19|[2-9]\d|\d{3,}) MiB/;
const START_MS = 40_000;
/** What four clients that do not read may make a gateway or an engine hold more. */
const HELD_MIB = 64;
const SAMPLES = 10;

let target: Target;
const readers: OwnedProcess[] = [];

beforeAll(async () => {
  target = await Target.start({
    'kyuubi.session.idle.timeout': 'PT3S',
    'kyuubi.session.check.interval': 'PT1S',
  });
});

afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.kill()));
});

afterAll(async () => {
  await target.close();
});

/** Clients, each in a process of its own, in the middle of a result that does not end. */
async function readersUnderWay(mode: 'binary' | 'http'): Promise<void> {
  const { binary, http } = target.gateway;
  const where =
    mode === 'http' ? [`http://${http.host}:${http.port}/cliservice`] : [binary.host, String(binary.port)];
  const args = [join(import.meta.dirname, 'support/endless-reader.mjs'), mode, ...where];
  const options = { name: 'reader', command: process.execPath, args, ready: UNDER_WAY, timeoutMs: START_MS };
  const started = await Promise.allSettled(Array.from({ length: READERS }, () => startProcess(options)));
  for (const result of started) {
    if (result.status === 'rejected') throw result.reason;
    readers.push(result.value);
  }
}

/** The most that gateway and engine have held, over what they had, while nobody reads and others are served. */
async function growthWhileStalled(): Promise<{ gateway: number; engine: number }> {
  const pids = [target.gateway.pid, target.enginePid] as const;
  const before = pids.map((pid) => vitalsOf(pid).rssMiB);
  await Promise.all(readers.map((reader) => reader.stall()));
  const most = [...before];
  for (let sample = 0; sample < SAMPLES; sample++) {
    await target.askAll();
    pids.forEach((pid, at) => {
      most[at] = Math.max(most[at] ?? 0, vitalsOf(pid).rssMiB);
    });
    await delay(STALL_TIMEOUT_MS / SAMPLES);
  }
  const [gateway = 0, engine = 0] = most.map((rssMiB, at) => rssMiB - (before[at] ?? 0));
  return { gateway, engine };
}

describe.each(['binary', 'http'] as const)(
  'in the middle of a large result, %s',
  { timeout: 120_000 },
  (mode) => {
    test('clients are killed', async () => {
      await readersUnderWay(mode);
      await Promise.all(readers.map((reader) => reader.kill()));
      await target.expectUnharmed(GROWTH_MIB);
    });

    test('clients stop reading', async () => {
      await readersUnderWay(mode);
      const growth = await growthWhileStalled();
      console.log(
        `${READERS} clients stop reading, ${mode}: gateway ${growth.gateway} MiB more, engine ${growth.engine}`,
      );
      expect(growth.gateway).toBeLessThan(HELD_MIB);
      expect(growth.engine).toBeLessThan(HELD_MIB);
      // They still live, and hold nothing any more.
      await target.expectUnharmed(GROWTH_MIB);
      expect(readers.map((reader) => reader.isRunning)).toEqual(readers.map(() => true));
    });
  },
);
