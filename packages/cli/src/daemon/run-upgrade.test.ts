import { silentLogger } from '@senbon/core';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ControlSocket } from '../upgrade/control-socket.ts';
import { controlPath } from '../upgrade/protocol.ts';
import { Upgrade } from '../upgrade/upgrade.ts';
import { runUpgrade, type UpgradeInput } from './run-upgrade.ts';

const PID = 1;
const serves = `console.log('next'); process.send('serving'); process.disconnect();`;
const fails = `console.log('broken'); process.exitCode = 3;`;

let dir: string;
let logFile: string;
let control: ControlSocket | null;
/** Resolves when the gateway is asked. */
let offered: Promise<void>;
let offer: () => void;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-upgrade-'));
  await mkdir(join(dir, 'logs'));
  logFile = join(dir, 'logs', 'gateway.out');
  await writeFile(logFile, 'present');
  control = null;
  offered = new Promise((resolve) => {
    offer = resolve;
  });
});
afterEach(async () => {
  await control?.close();
  await rm(dir, { recursive: true, force: true });
});

/** A gateway that gives way once `until` has resolved. */
async function open(until: Promise<void> = Promise.resolve()): Promise<void> {
  const upgrade = new Upgrade({
    gateway: {
      state: 'running',
      offer: async (doors) => {
        offer();
        await until;
        return { sockets: [], ...doors };
      },
      withdraw: async () => {},
      giveWay: async () => {},
    },
    isEmbedded: false,
    doors: { backDoor: join(dir, 'calls.sock'), ownDoor: join(dir, 'next.sock') },
    appoint: async () => {},
    logger: silentLogger,
  });
  const gateway = { state: 'running', openSessions: 0 } as const;
  control = await ControlSocket.open(controlPath(dir, PID), { gateway, upgrade });
}

async function inputOf(program: string): Promise<UpgradeInput> {
  const main = join(dir, 'main.mjs');
  await writeFile(main, program);
  const env = { PATH: process.env['PATH'] ?? '' };
  const command = { command: process.execPath, args: [main], cwd: dir, env };
  return { pid: PID, pidDir: dir, command, logFile, maxLogFiles: 2 };
}

async function logs(): Promise<Record<string, string>> {
  const names = (await readdir(join(dir, 'logs'))).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, 'logs', name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}

it('makes the log of the next process the log', async () => {
  await open();
  expect(await runUpgrade(await inputOf(serves))).toMatchObject({ kind: 'upgraded', warning: null });
  expect(await logs()).toEqual({ 'gateway.out': 'next\n', 'gateway.out.1': 'present' });
});

it('keeps the log of one that failed beside it', async () => {
  await open();
  const outcome = await runUpgrade(await inputOf(fails));
  expect(outcome).toMatchObject({ kind: 'refused', log: 'broken\n', logFile: `${logFile}.upgrade` });
  expect(await logs()).toEqual({ 'gateway.out': 'present', 'gateway.out.upgrade': 'broken\n' });
});

it('leaves the logs of another upgrade alone', async () => {
  let goOn = (): void => {};
  await open(new Promise((resolve) => (goOn = resolve)));
  const input = await inputOf(serves);
  const first = runUpgrade(input);
  await offered;
  const second = await runUpgrade(input);
  expect(second).toMatchObject({
    kind: 'refused',
    problem: expect.stringContaining('another upgrade is under way'),
    log: '',
  });
  expect(await logs()).toEqual({ 'gateway.out': 'present' });
  goOn();
  expect(await first).toMatchObject({ kind: 'upgraded', warning: null });
  expect(await logs()).toEqual({ 'gateway.out': 'next\n', 'gateway.out.1': 'present' });
});

it('has succeeded when only the renaming of the log failed', async () => {
  await open();
  const input = await inputOf(`import fs from 'node:fs'; fs.rmSync('logs', { recursive: true }); ${serves}`);
  expect(await runUpgrade(input)).toMatchObject({
    kind: 'upgraded',
    warning: expect.stringMatching(/could not be renamed to .*gateway\.out: ENOENT/),
  });
});

it('says soon that a gateway hangs', async () => {
  const server = createServer(() => {}).listen(controlPath(dir, PID));
  try {
    expect(await runUpgrade(await inputOf(serves))).toMatchObject({
      kind: 'refused',
      problem: expect.stringContaining('it hangs: no answer within 5 seconds'),
    });
  } finally {
    server.close();
  }
}, 10_000);

it('says that nobody is there', async () => {
  expect(await runUpgrade(await inputOf(serves))).toMatchObject({
    kind: 'refused',
    problem: expect.stringContaining('ENOENT'),
  });
  expect(await logs()).toEqual({ 'gateway.out': 'present' });
});
