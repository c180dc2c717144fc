import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { readiness } from './readiness.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function childThat(code: string): ChildProcess {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  children.push(child);
  return child;
}

it('is there with the first message, and the child is let go', async () => {
  const child = childThat("process.send('serving'); setInterval(() => {}, 1000)");
  expect(await readiness(child)).toEqual({ kind: 'serves' });
  expect(child.connected).toBe(false);
});

it.each([
  ['process.exit(3)', 'it ended with code 3'],
  ["process.kill(process.pid, 'SIGKILL')", 'it ended with SIGKILL'],
])('fails with a child that does %s', async (code, problem) => {
  expect(await readiness(childThat(code))).toEqual({ kind: 'failed', problem });
});

it('fails with a program that is not there', async () => {
  const child = spawn('/nowhere/node', [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  expect(await readiness(child)).toMatchObject({
    kind: 'failed',
    problem: expect.stringContaining('ENOENT'),
  });
});

it('is late when nothing comes', async () => {
  expect(await readiness(childThat('setInterval(() => {}, 1000)'), 1)).toEqual({ kind: 'late' });
});
