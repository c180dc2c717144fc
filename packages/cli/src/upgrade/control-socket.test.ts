import { type Doors, SenbonError, silentLogger } from '@senbon/core';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askForStatus, askToUpgrade } from './control-client.ts';
import { ControlSocket } from './control-socket.ts';
import type { UpgradeRequest } from './protocol.ts';
import { Upgrade, type UpgradeOptions } from './upgrade.ts';

let dir: string;
let path: string;
let events: string[];
let control: ControlSocket | null;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-control-'));
  path = join(dir, 'control.sock');
  events = [];
  control = null;
});
afterEach(async () => {
  await control?.close();
  await rm(dir, { recursive: true, force: true });
});

async function open(more: Partial<UpgradeOptions> = {}): Promise<void> {
  const upgrade = new Upgrade({
    gateway: {
      state: 'running',
      offer: async (doors) => {
        events.push('offer');
        return { sockets: [], ...doors };
      },
      withdraw: async () => void events.push('withdraw'),
      giveWay: async (why) => void events.push(`give way: ${why.replace(/\d+/, 'N')}`),
    },
    isEmbedded: false,
    doors: { backDoor: join(dir, 'calls.sock'), ownDoor: join(dir, 'next.sock') },
    appoint: async (pid) => void events.push(`appoint ${typeof pid}`),
    logger: silentLogger,
    ...more,
  });
  control = await ControlSocket.open(path, { gateway: { state: 'running', openSessions: 3 }, upgrade });
}

/** A process in the place of a gateway's. */
async function requestOf(program: string): Promise<UpgradeRequest> {
  const main = join(dir, 'main.mjs');
  await writeFile(main, program);
  const env = { PATH: process.env['PATH'] ?? '' };
  return { command: process.execPath, args: [main, 'run'], cwd: dir, env, logFile: join(dir, 'log') };
}

const serves = `console.log(process.argv.slice(2).join(' ')); process.send('serving'); process.disconnect();`;

describe('the control socket', () => {
  it('tells how the gateway is', async () => {
    expect(await askForStatus(path)).toBeNull();
    await open();
    expect(await askForStatus(path)).toEqual({ state: 'running', openSessions: 3 });
  });

  it('has the next process started, and the gateway give way when it serves', async () => {
    await open();
    const reply = await askToUpgrade(path, await requestOf(serves));
    expect(reply).toEqual({ pid: expect.any(Number) });
    expect(events).toEqual(['offer', 'appoint number', 'give way: process N has taken its place']);
    expect(await readFile(join(dir, 'log'), 'utf8')).toContain('run --inherit {"sockets":[]');
  });

  it.each([
    ['fails', 'process.exit(3)', /ended with code 3/],
    ['is no program', 'this is none', /ended with code 1/],
  ])('takes all back when the next process %s', async (_what, program, problem) => {
    await open();
    expect(await askToUpgrade(path, await requestOf(program))).toEqual({
      problem: expect.stringMatching(problem),
    });
    expect(events).toEqual(['offer', 'withdraw']);
  });

  it('takes all back when the command is not there', async () => {
    await open();
    const request = { ...(await requestOf('')), command: join(dir, 'no-node') };
    expect(await askToUpgrade(path, request)).toEqual({ problem: expect.stringContaining('ENOENT') });
    expect(events).toEqual(['offer', 'withdraw']);
  });

  it('takes all back when the next process cannot be appointed', async () => {
    await open({ appoint: () => Promise.reject(new Error('no room')) });
    expect(
      await askToUpgrade(path, await requestOf('process.send("serving"); setInterval(() => {}, 1e6)')),
    ).toEqual({
      problem: 'no room',
    });
    expect(events).toEqual(['offer', 'withdraw']);
  });

  it.each([
    ['draining', ['offer', 'appoint number', 'give way: process N has taken its place']],
    ['stopping', ['offer', 'appoint number']],
  ])(
    'has both drain when the gateway is %s meanwhile: the next one has clients already',
    async (state, all) => {
      const gateway = {
        state: 'running',
        offer: async (doors: Doors) => {
          events.push('offer');
          return { sockets: [], ...doors };
        },
        withdraw: async () => void events.push('withdraw'),
        giveWay: async (why: string) => void events.push(`give way: ${why.replace(/\d+/, 'N')}`),
      };
      await open({ gateway: gateway as UpgradeOptions['gateway'] });
      const serving = `
      const busy = setInterval(() => {}, 1e6);
      process.on('SIGTERM', () => setTimeout(() => { console.log('served to the end'); clearInterval(busy); }, 300));
      ${serves}`;
      const reply = askToUpgrade(path, await requestOf(serving));
      gateway.state = state;
      expect(await reply).toEqual({
        problem: expect.stringMatching(
          new RegExp(
            `it is ${state} meanwhile, and process \\d+, which serves in its place already, drains too`,
          ),
        ),
      });
      await expect
        .poll(() => readFile(join(dir, 'log'), 'utf8'), { timeout: 5_000 })
        .toContain('served to the end');
      expect(events).toEqual(all);
    },
  );

  it('refuses with an embedded ZooKeeper, and while another upgrade is under way', async () => {
    await open({ isEmbedded: true });
    expect(await askToUpgrade(path, await requestOf(serves))).toEqual({
      problem: expect.stringContaining('its ZooKeeper is embedded'),
    });
    await control?.close();
    await open();
    const slow = 'process.stdin.resume(); setTimeout(() => process.exit(4), 1000)';
    const first = askToUpgrade(path, await requestOf(slow));
    while (!events.includes('offer')) await new Promise(setImmediate);
    expect(await askToUpgrade(path, await requestOf(slow))).toEqual({
      problem: expect.stringContaining('another upgrade is under way'),
    });
    expect(await first).toEqual({ problem: expect.stringContaining('ended with code 4') });
  });

  it('refuses when the gateway does', async () => {
    const refuse = () => Promise.reject(new SenbonError('UPGRADE_REFUSED', { problem: 'it is draining' }));
    await open({
      gateway: { state: 'draining', offer: refuse, withdraw: async () => {}, giveWay: async () => {} },
    });
    expect(await askToUpgrade(path, await requestOf(serves))).toEqual({
      problem: 'Cannot take the place of the running gateway: it is draining',
    });
  });
});
