import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { controlPath, STATUS_PATH } from '../upgrade/protocol.ts';
import { Daemon } from './daemon.ts';
import { readDaemonEnvironment } from './daemon-environment.ts';

let dir: string;
let printed: string[];
let daemon: Daemon;
const children: ChildProcess[] = [];
const servers: Server[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-stop-'));
  printed = [];
  const env = { ...process.env, KYUUBI_PID_DIR: dir, KYUUBI_LOG_DIR: dir };
  daemon = new Daemon(readDaemonEnvironment(env), (line) => printed.push(line));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(dir, { recursive: true, force: true });
});

/** By its command line a process is a gateway's; it says that it is ready by its first line. */
async function gatewayThat(program: string): Promise<ChildProcess> {
  const main = join(dir, `${children.length}-main.js`);
  await writeFile(main, `${program}\nsetInterval(() => {}, 1e6); console.log('ready');`);
  const child = spawn(process.execPath, [main, 'run'], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

const pidFile = () =>
  join(dir, `kyuubi-${readDaemonEnvironment(process.env).user}-org.apache.kyuubi.server.KyuubiServer.pid`);

it('ends the process, too, that an upgrade under way has put in the place of the one it stops', async () => {
  const next = await gatewayThat('');
  const ended = once(next, 'exit');
  const appoint = `require('node:fs').writeFileSync(${JSON.stringify(pidFile())}, '${next.pid}\\n')`;
  const first = await gatewayThat(`process.on('SIGTERM', () => { ${appoint}; process.exit(0); });`);
  await writeFile(pidFile(), `${first.pid}\n`);
  expect(await daemon.stop(false)).toBe(0);
  expect(await ended).toEqual([null, 'SIGTERM']);
  await expect(readFile(pidFile())).rejects.toThrow('ENOENT');
  expect(printed).toEqual(['Stopping org.apache.kyuubi.server.KyuubiServer']);
});

it('has nothing to do where none runs', async () => {
  expect(await daemon.stop(false)).toBe(0);
  expect(printed).toEqual(['no org.apache.kyuubi.server.KyuubiServer to stop']);
});

it.each([
  ['running', /was not upgraded, process \d+ goes on: not today$/],
  ['draining', /was not upgraded: not today$/],
])('says of a refused upgrade whether the process goes on: it is %s', async (state, text) => {
  const { pid = 0 } = await gatewayThat('');
  await writeFile(pidFile(), `${pid}\n`);
  const control = createServer((request, response) => {
    request.resume();
    const isStatus = request.url === STATUS_PATH;
    response.end(JSON.stringify(isStatus ? { state, openSessions: 1 } : { problem: 'not today' }));
  });
  servers.push(control);
  await new Promise<void>((resolve) => control.listen(controlPath(dir, pid), resolve));
  expect(await daemon.upgrade([])).toBe(1);
  expect(printed).toContainEqual(expect.stringMatching(text));
});
