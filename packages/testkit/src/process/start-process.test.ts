import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { type OwnedProcess, type ProcessOptions, startProcess } from './start-process.ts';
import { tempDir } from './temp-dir.ts';

const shell = (script: string) => ({ command: 'sh', args: ['-c', script] });

/** A dead child that its parent has not asked for yet counts as dead. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

async function start(options: ProcessOptions): Promise<OwnedProcess> {
  const child = await startProcess(options);
  onTestFinished(async () => void (await child.kill()));
  return child;
}

async function folder(): Promise<string> {
  const dir = await tempDir('process');
  onTestFinished(() => dir.remove());
  return dir.path;
}

describe('startProcess', () => {
  it('waits for a line, and keeps the output', async () => {
    const child = await start({
      ...shell('echo on stdout; echo "ready at $PLACE" >&2; sleep 60'),
      env: { PLACE: 'home' },
      ready: /^ready at (\w+)$/,
    });
    expect(child.isRunning).toBe(true);
    expect(child.output()).toContain('ready at home');
    expect(await child.waitForLine(/^on stdout$/)).toBe('on stdout');
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(child.isRunning).toBe(false);
  });

  it('asks a probe until it says yes', async () => {
    let asked = 0;
    const child = await start({
      ...shell('sleep 60'),
      ready: async () => {
        if (++asked < 3) throw new Error('not yet');
        return asked === 4;
      },
    });
    expect(asked).toBe(4);
    expect(child.pid).toBeGreaterThan(0);
  });

  it('says how a process ended that never got ready, with its output', async () => {
    await expect(
      startProcess({ ...shell('echo the reason; exit 3'), name: 'the server', ready: /ready/ }),
    ).rejects.toThrow(/the server ended \(code 3, signal null\)[\s\S]*the reason/);
    await expect(startProcess({ command: '/no/such/program', ready: /ready/ })).rejects.toThrow(/ENOENT/);
  });

  it('ends a process that does not get ready in time', async () => {
    const dir = await folder();
    const pidFile = join(dir, 'pid');
    await expect(
      startProcess({ ...shell(`echo $$ > ${pidFile}; exec sleep 60`), ready: /ready/, timeoutMs: 300 }),
    ).rejects.toThrow(/did not print \/ready\/ within 300 ms/);
    const pid = Number(await readFile(pidFile, 'utf8'));
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
  });

  it('ends its descendants with it, and one that does not obey', async () => {
    const child = await start({
      ...shell("trap '' TERM; sleep 60 & echo child $!; while :; do sleep 1; done"),
      ready: /^child/,
    });
    const descendant = Number(/child (\d+)/.exec(child.output())?.[1]);
    expect(isAlive(descendant)).toBe(true);
    expect(await child.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
    await vi.waitFor(() => expect(isAlive(descendant)).toBe(false));
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('stalls and resumes', async () => {
    const dir = await folder();
    const mark = join(dir, 'mark');
    const child = await start({
      ...shell(`echo ready; while [ ! -e ${mark}.go ]; do sleep 0.01; done; : > ${mark}; sleep 60`),
      ready: /ready/,
    });
    await child.stall();
    await writeFile(`${mark}.go`, '');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(existsSync(mark)).toBe(false);
    child.resume();
    await vi.waitFor(() => expect(existsSync(mark)).toBe(true));
  });

  it('leaves nothing running when its owner is killed', async () => {
    const owner = `
      import { startProcess } from ${JSON.stringify(import.meta.resolve('@senbon/testkit'))};
      const child = await startProcess({ command: 'sh', args: ['-c', 'echo ready; sleep 60'], ready: /ready/ });
      console.log('pid ' + child.pid);
      setInterval(() => {}, 1000);
    `;
    const parent = await start({
      command: process.execPath,
      args: ['--input-type=module', '-e', owner],
      ready: /^pid \d+$/,
    });
    const pid = Number(/pid (\d+)/.exec(parent.output())?.[1]);
    expect(isAlive(pid)).toBe(true);
    process.kill(parent.pid, 'SIGKILL');
    await parent.exited;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5_000);
  });
});

it('freePort gives a port that can be bound', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

it('tempDir is removed with all that is in it', async () => {
  const dir = await tempDir('label');
  expect(dir.path).toContain('senbon-label-');
  await writeFile(join(dir.path, 'file'), 'x');
  await dir[Symbol.asyncDispose]();
  expect(existsSync(dir.path)).toBe(false);
});
