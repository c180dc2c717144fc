import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { supervise } from './supervised.ts';

const GONE_MS = 10_000;

let dir: string;
let lines: string[];
beforeEach(async () => {
  lines = [];
  dir = await mkdtemp(join(tmpdir(), 'senbon-supervised-'));
});
afterEach(async () => rm(dir, { recursive: true }));

/** A shell that says its process id and sleeps, with a child of its own that sleeps too. */
const script = (trap = '') =>
  `${trap} echo $$ > ${dir}/pid; sleep 1000 & echo $! > ${dir}/child; wait; sleep 1000`;

function run(text: string) {
  return supervise({
    command: '/bin/sh',
    arguments: ['-c', text],
    env: process.env,
    cwd: dir,
    onLine: (line) => lines.push(line),
  });
}

async function pidIn(name: string): Promise<number> {
  await expect.poll(async () => readFile(join(dir, name), 'utf8').catch(() => '')).toMatch(/^\d+\n$/);
  return Number(await readFile(join(dir, name), 'utf8'));
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function expectGone(): Promise<void> {
  const pids = [await pidIn('pid'), await pidIn('child')];
  await expect.poll(() => pids.filter(isThere), { timeout: GONE_MS }).toEqual([]);
}

describe('a supervised command', () => {
  it('is told by its exit code', async () => {
    const supervised = await run('echo one; echo two >&2; exit 7');
    expect(await supervised.exited).toEqual({ code: 7, signal: null });
    expect(lines.toSorted()).toEqual(['one', 'two']);
    await supervised.close();
  });

  it('is asked to end, and takes what it started with it', async () => {
    const supervised = await run(script());
    await pidIn('child');
    await supervised.close();
    await expectGone();
  });

  it('is ended when it does not do as it is asked', { timeout: 30_000 }, async () => {
    const supervised = await run(script('trap "" TERM;'));
    await pidIn('child');
    await supervised.close();
    await expectGone();
  });

  it('has time to clean up when everybody around it is asked to end', async () => {
    const clean = `trap "sleep 0.3; touch ${dir}/clean; exit 3" TERM; echo $PPID > ${dir}/group; echo $$ > ${dir}/pid;`;
    const supervised = await run(`${clean} while :; do sleep 0.1; done`);
    await pidIn('pid');
    process.kill(-(await pidIn('group')), 'SIGTERM');
    expect(await supervised.exited).toEqual({ code: 3, signal: null });
    expect(await readdir(dir)).toContain('clean');
  });

  it('takes what it started with it when it is killed', async () => {
    const supervised = await run(script());
    await pidIn('child');
    process.kill(await pidIn('pid'), 'SIGKILL');
    expect(await supervised.exited).toEqual({ code: 137, signal: null });
    await expectGone();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('goes with its owner: %s', async (signal) => {
    const main = fileURLToPath(new URL('../testing/child/supervising.mjs', import.meta.url));
    const owner = spawn(process.execPath, [main, '/bin/sh', '-c', script()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(owner.stdout, 'data');
    await pidIn('child');
    owner.kill(signal);
    await expectGone();
  });

  it('is refused when there is no such folder', async () => {
    await expect(
      supervise({
        command: 'true',
        arguments: [],
        env: process.env,
        cwd: join(dir, 'none'),
        onLine: () => undefined,
      }),
    ).rejects.toThrow(/ENOENT/);
  });
});
