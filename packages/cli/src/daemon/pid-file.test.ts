import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlPath, doorsOf } from '../upgrade/protocol.ts';
import { isGateway, PidFile } from './pid-file.ts';

let dir: string;
let path: string;
let file: PidFile;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-pid-'));
  path = join(dir, 'not yet', 'gateway.pid');
  file = new PidFile(path);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await rm(dir, { recursive: true, force: true });
});

/** A process whose command line ends in these words, and that waits. */
async function processWith(...words: string[]): Promise<number> {
  const main = join(dir, 'main.js');
  await writeFile(main, "process.stdout.write('up'); process.stdin.resume();");
  const child = spawn(process.execPath, [main, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

describe('the pid file', () => {
  it('makes its folder, and names a gateway that lives', async () => {
    expect(await file.reserve()).toBeNull();
    expect(await file.read()).toBeNull();
    const pid = await processWith('run', '--conf', 'a=b');
    await file.write(pid);
    expect(await readFile(path, 'utf8')).toBe(`${pid}\n`);
    expect(await file.read()).toBe(pid);
    expect(await file.reserve()).toBe(pid);
    await file.remove();
    expect(await file.read()).toBeNull();
  });

  it('is not fooled by a number that was given to another program', async () => {
    await file.reserve();
    await file.write(process.pid);
    expect(await file.read()).toBeNull();
    await file.write(await processWith('status'));
    expect(await file.read()).toBeNull();
    expect(await file.reserve()).toBeNull();
  });

  it.each(['', 'garbage', '-1', '0', '4194305'])('takes %j for nobody', async (text) => {
    await file.reserve();
    await writeFile(path, text);
    expect(await file.read()).toBeNull();
    expect(await file.reserve()).toBeNull();
  });

  it('is kept from a second one that starts at the same time', async () => {
    await file.reserve();
    const starter = await processWith('start');
    await writeFile(path, `starting ${starter}\n`);
    expect(await file.reserve()).toBe(starter);
  });

  it('takes the old way in away with the old process', async () => {
    await file.reserve();
    await writeFile(file.doorPath, '{}');
    await file.remove();
    await writeFile(file.doorPath, '{}');
    expect(await file.reserve()).toBeNull();
    await expect(readFile(file.doorPath)).rejects.toThrow('ENOENT');
  });
});

it('a process that has ended is no gateway', async () => {
  const pid = await processWith('run');
  expect(await isGateway(pid)).toBe(true);
  const child = children[0] as ChildProcess;
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isGateway(pid)).toBe(false);
});

describe('gateways whose place another one took', () => {
  it('are those with a control socket beside the pid file that live', async () => {
    expect(await file.predecessors()).toEqual([]);
    await file.reserve();
    const [before, present, other] = [
      await processWith('run'),
      await processWith('run'),
      await processWith('start'),
    ];
    await file.write(present);
    const ended = 2 ** 22 + 1;
    for (const pid of [before, present, other, ended])
      await writeFile(controlPath(join(dir, 'not yet'), pid), '');
    await writeFile(join(dir, 'not yet', `kyuubi-${before}-calls.sock`), '');
    expect(await file.predecessors()).toEqual([before]);
    expect(await PidFile.besideDoor(file.doorPath).read()).toBe(present);
  });

  it('leave no sockets behind when they were killed', async () => {
    await file.reserve();
    const alive = await processWith('run');
    const folder = join(dir, 'not yet');
    const dead = 2 ** 22 + 1;
    for (const pid of [alive, dead]) await writeFile(controlPath(folder, pid), '');
    await writeFile(doorsOf(folder, dead).backDoor, '');
    await file.remove();
    await file.reserve();
    const sockets = (await readdir(folder)).filter((name) => name.endsWith('.sock'));
    expect(sockets).toEqual([`kyuubi-${alive}.sock`]);
  });
});
