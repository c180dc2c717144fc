import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endTagged, isAlive, survivors, taggedProcesses } from './tagged-processes.ts';

function start(tag: string, script: string): { pid: number; ready: Promise<unknown> } {
  const child = spawn(
    process.execPath,
    ['-e', `${script}; setInterval(() => {}, 1e6); console.log('ready')`],
    {
      detached: true,
      env: { PATH: process.env['PATH'], TAG: tag },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return { pid: child.pid ?? Number.NaN, ready: once(child.stdout, 'data') };
}

describe('tagged processes', () => {
  it('finds a detached process by its environment and ends it', async () => {
    const tag = randomUUID();
    const { pid, ready } = start(tag, '');
    await ready;
    expect(taggedProcesses(tag).map((process) => process.pid)).toEqual([pid]);
    expect(await endTagged(tag, 5_000)).toEqual([]);
    expect(isAlive(pid)).toBe(false);
    expect(await survivors(tag, 0)).toEqual([]);
  });

  it('refuses a tag that would fit everything', () => {
    expect(() => taggedProcesses('/tmp')).toThrow(RangeError);
  });

  it('kills what does not obey, and says so', async () => {
    const tag = randomUUID();
    const { pid, ready } = start(tag, "process.on('SIGTERM', () => {})");
    await ready;
    expect((await endTagged(tag, 200)).map((process) => process.pid)).toEqual([pid]);
    expect(await survivors(tag, 5_000)).toEqual([]);
  });
});
