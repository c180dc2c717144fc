import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../dist/main.js');
const ENDS_WITHIN_MS = 20_000;

const loopback = [
  'kyuubi.frontend.bind.host=127.0.0.1',
  'kyuubi.frontend.thrift.binary.bind.port=0',
  'kyuubi.frontend.thrift.http.bind.port=0',
  'kyuubi.zookeeper.embedded.client.port=0',
  'kyuubi.zookeeper.embedded.client.port.address=127.0.0.1',
];

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'senbon-run-'));
  await mkdir(join(home, 'conf'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

interface Ended {
  /** Null when it had to be killed. */
  readonly code: number | null;
  readonly output: string;
}

function spawnRun(conf: readonly string[], args: readonly string[]): ChildProcess {
  const confs = [...loopback, ...conf].flatMap((pair) => ['--conf', pair]);
  return spawn(process.execPath, [MAIN, 'run', ...args, ...confs], {
    env: {
      ...process.env,
      KYUUBI_CONF_DIR: join(home, 'conf'),
      KYUUBI_WORK_DIR_ROOT: join(home, 'work'),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: ENDS_WITHIN_MS,
    killSignal: 'SIGKILL',
  });
}

async function runToItsEnd(conf: readonly string[], ...args: readonly string[]): Promise<Ended> {
  return endOf(spawnRun(conf, args));
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let output = '';
  const streams = [child.stdout, child.stderr].flatMap((stream) => stream ?? []);
  for (const stream of streams) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const closed = streams.map((stream) => once(stream, 'close'));
  const [code] = (await once(child, 'exit')) as [number | null];
  await Promise.all(closed);
  return { code, output };
}

it.each([
  ['kyuubi.frontend.protocols=', 'a gateway needs one at least'],
  ['kyuubi.frontend.protocols=REST', 'a gateway needs one at least'],
  ['kyuubi.frontend.protocols=MYSQL', 'this build has THRIFT_BINARY, THRIFT_HTTP and REST'],
  ['kyuubi.session.idle.timeout=soon', 'expected an ISO-8601 duration'],
])('with %s ends before anything is up', async (pair, problem) => {
  const { code, output } = await runToItsEnd([pair]);
  expect(output).toMatch(/^kyuubi: CONFIG_INVALID: .*$/m);
  expect(output).toContain(problem);
  expect(output).not.toContain('EmbeddedZookeeper is started');
  expect(code).toBe(1);
});

it('names KYUUBI_WORK_DIR_ROOT when that is no folder', async () => {
  await writeFile(join(home, 'work'), '');
  const { code, output } = await runToItsEnd([]);
  expect(output).toMatch(/^kyuubi: FOLDER_UNUSABLE: .*KYUUBI_WORK_DIR_ROOT$/m);
  expect(code).toBe(1);
});

it('ends when it cannot say that it serves', async () => {
  const { code, output } = await runToItsEnd([], '--door-file', join(home, 'nowhere/kyuubi.door'));
  expect(output).toMatch(/^kyuubi: .*ENOENT.*kyuubi\.door/m);
  expect(output).toContain('running -> stopping (it cannot serve)');
  expect(code).toBe(1);
});

it('serves though its starter has gone meanwhile', async () => {
  const doorFile = join(home, 'kyuubi.door');
  const child = spawnRun([], ['--door-file', doorFile]);
  const end = endOf(child);
  child.disconnect();
  while (child.exitCode === null && !(await exists(doorFile))) await delay(20);
  // The message comes after the file.
  await delay(200);
  child.kill('SIGTERM');
  const { code, output } = await end;
  expect(output).not.toContain('ERR_IPC_CHANNEL_CLOSED');
  expect(output).toContain('running -> draining (SIGTERM)');
  expect(code).toBe(0);
});

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
