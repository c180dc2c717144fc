import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HiveClient } from '@senbon/hive-thrift';
import { type Client, openSession, query } from '../support/hive.ts';
import { endTagged, taggedProcesses } from '../support/tagged-processes.ts';

const kyuubi = join(import.meta.dirname, '../../bin/kyuubi');
const GONE_WITHIN_MS = 15_000;

interface Outcome {
  readonly code: number;
  readonly output: string;
}

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'senbon daemon '));
  for (const name of ['conf', 'logs', 'work', 'pid']) await mkdir(join(home, name));
  await writeFile(
    join(home, 'conf/kyuubi-defaults.conf'),
    [
      'kyuubi.frontend.bind.host 127.0.0.1',
      'kyuubi.frontend.thrift.binary.bind.port 0',
      'kyuubi.frontend.thrift.http.bind.port 0',
      'kyuubi.zookeeper.embedded.client.port 0',
      'kyuubi.zookeeper.embedded.client.port.address 127.0.0.1',
    ].join('\n'),
  );
});

afterEach(async () => {
  const left = await endTagged(home, GONE_WITHIN_MS);
  await rm(home, { recursive: true, force: true });
  expect(left).toEqual([]);
});

const environment = () => ({
  ...process.env,
  KYUUBI_CONF_DIR: join(home, 'conf'),
  KYUUBI_LOG_DIR: join(home, 'logs'),
  KYUUBI_WORK_DIR_ROOT: join(home, 'work'),
  KYUUBI_PID_DIR: join(home, 'pid'),
  KYUUBI_MAX_LOG_FILES: '2',
});

interface Shell {
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const run = (...args: string[]): Promise<Outcome> => runIn({}, ...args);

function runIn({ program = kyuubi, env = {}, cwd = tmpdir() }: Shell, ...args: string[]): Promise<Outcome> {
  const options = { env: { ...environment(), ...env }, cwd, timeout: 60_000 };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        output: stdout + stderr,
      });
    });
  });
}

async function pidOf(): Promise<number> {
  const name = (await readdir(join(home, 'pid'))).find((file) => file.endsWith('.pid')) ?? '';
  return Number(await readFile(join(home, 'pid', name), 'utf8'));
}

async function portOf(): Promise<number> {
  const [log = ''] = await logs();
  const text = await readFile(join(home, 'logs', log), 'utf8');
  return Number(/exposing JDBC connection at: jdbc:hive2:\/\/[^:]+:(\d+)\/$/m.exec(text)?.[1]);
}

const logs = async () => (await readdir(join(home, 'logs'))).sort();

describe('bin/kyuubi as a daemon', () => {
  test('start waits until it serves, status asks it, stop ends it', async () => {
    expect(await run('status')).toEqual({ code: 1, output: 'Kyuubi is not running\n' });
    const started = await run('start');
    expect(started).toMatchObject({ code: 0 });
    expect(started.output).toMatch(
      /^Starting org\.apache\.kyuubi\.server\.KyuubiServer, logging to .*\.out$/m,
    );
    expect(await run('status')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/is running \(pid: \d+\)/),
    });

    const [log = ''] = await logs();
    expect(log).toMatch(/^kyuubi-.+-org\.apache\.kyuubi\.server\.KyuubiServer-.+\.out$/);
    // How scripts find the port.
    expect(await readFile(join(home, 'logs', log), 'utf8')).toMatch(
      /server\.KyuubiThriftBinaryFrontendService: Starting and exposing JDBC connection at: jdbc:hive2:\/\/127\.0\.0\.1:\d+\//,
    );

    expect(await run('start')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/running as process \d+ {2}Stop it first\./),
    });
    expect(await run('stop')).toMatchObject({ code: 0, output: expect.stringContaining('Stopping') });
    expect(await run('status')).toMatchObject({ code: 1 });
    expect(await run('stop')).toMatchObject({
      code: 0,
      output: expect.stringContaining('no org.apache.kyuubi'),
    });
  });

  test('restart keeps as many old logs as it was told to', async () => {
    await run('start');
    for (let round = 0; round < 3; round++) expect(await run('restart', '--now')).toMatchObject({ code: 0 });
    const [newest = '', ...older] = await logs();
    expect(older).toEqual([`${newest}.1`, `${newest}.2`]);
    expect(await run('kill')).toMatchObject({ code: 0 });
    expect(await run('status')).toMatchObject({ code: 1 });
  });

  test('a start that fails says why, and where the whole log is', async () => {
    const failed = await run('start', '--conf', 'kyuubi.frontend.thrift.binary.bind.port=http');
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('CONFIG_INVALID');
    expect(failed.output).toContain('kyuubi.frontend.thrift.binary.bind.port');
    expect(await run('status')).toMatchObject({ code: 1 });
  });

  test('an unknown command and a missing value are told apart from failures', async () => {
    expect(await run('fly')).toMatchObject({
      code: 1,
      output: expect.stringContaining("unknown command 'fly'"),
    });
    expect(await run('run', '--conf')).toMatchObject({ code: 1, output: expect.stringContaining('--conf') });
    expect(await run('version')).toEqual(await run('--version'));
    expect((await run('--help')).output).toMatch(
      /^Usage: kyuubi \[command\] \[options\]\n[^]*Without a\s+command/,
    );
    expect(await run('--version')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('stop', () => {
  async function serving(): Promise<Client> {
    await run('start');
    const client = await openSession({ host: '127.0.0.1', port: await portOf() }, 'ann');
    expect(await query(client.session, 'SELECT 1')).toEqual([[1]]);
    return client;
  }

  const logged = async () => readFile(join(home, 'logs', (await logs())[0] ?? ''), 'utf8');

  test('waits for open sessions and says so; a second one does not cut them off', async () => {
    const client = await serving();
    const stopped = run('stop');
    await expect.poll(logged, { timeout: 10_000 }).toContain('RECEIVED SIGNAL 15: TERM');
    const again = run('stop');
    await expect
      .poll(logged, { timeout: 10_000 })
      .toMatch(/RECEIVED SIGNAL 15: TERM[\s\S]+RECEIVED SIGNAL 15: TERM/);
    // What they print after their first look.
    await expect.poll(logged, { timeout: 20_000 }).toContain('1 connection(s) are active, delay shutdown');
    expect(await query(client.session, 'SELECT 2')).toEqual([[2]]);
    await client.close();
    for (const outcome of [await stopped, await again]) {
      expect(outcome).toMatchObject({
        code: 0,
        output: expect.stringMatching(/waits until its 1 open session\(s\) are closed.*--now cuts them off/),
      });
    }
    expect(await logged()).not.toContain('cut off');
    expect(await run('status')).toMatchObject({ code: 1 });
  });

  test('with --now cuts them off, and is over in seconds', async () => {
    const client = await serving();
    const stopped = run('stop', '--now');
    await expect(query(client.session, `SELECT count(*) FROM range(100000000000)`)).rejects.toThrow();
    expect(await stopped).toMatchObject({ code: 0, output: expect.not.stringContaining('It waits for') });
    expect(await logged()).toContain('The drain ends with 1 session(s) that are cut off, of ann (1)');
    await client.close().catch(() => {});
  });
});

describe('stop of a healthy gateway', () => {
  /** Longer than the first look takes, which finds it silent. */
  const PAUSE_MS = 20_000;

  test('that has no room for a knock, and pauses for a while, kills nobody', {
    timeout: 90_000,
  }, async () => {
    await run('start', '--conf', 'kyuubi.frontend.max.connections=1');
    const client = await openSession({ host: '127.0.0.1', port: await portOf() }, 'ann');
    expect(await query(client.session, 'SELECT 1')).toEqual([[1]]);
    const pid = await pidOf();
    const stopped = run('stop');
    const log = join(home, 'logs', (await logs())[0] ?? '');
    await expect.poll(() => readFile(log, 'utf8'), { timeout: 10_000 }).toContain('running -> draining');
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    process.kill(pid, 'SIGCONT');
    expect(await query(client.session, 'SELECT 2')).toEqual([[2]]);
    await client.close();
    const outcome = await stopped;
    expect(outcome.code).toBe(0);
    expect(outcome.output).not.toContain('killing it');
    expect(await readFile(log, 'utf8')).toContain('stopping -> stopped');
  });
});

describe('status tells a gateway that runs from one that serves', () => {
  test('when it does not answer; stop then kills it', { timeout: 90_000 }, async () => {
    await run('start');
    process.kill(await pidOf(), 'SIGSTOP');
    expect(await run('status')).toMatchObject({
      code: 2,
      output: expect.stringMatching(/\(pid: \d+\) but cannot serve: no answer within 5 seconds/),
    });
    expect(await run('stop')).toMatchObject({ code: 0, output: expect.stringContaining('killing it') });
    expect(await run('status')).toMatchObject({ code: 1 });
  });

  test('when it drains', async () => {
    await run('start');
    const auth = { mechanism: 'PLAIN', user: 'ann', password: 'any' } as const;
    const client = await HiveClient.connect({ host: '127.0.0.1', port: await portOf(), auth });
    const session = await client.openSession();
    await (await session.execute('SELECT 1')).wait();
    process.kill(await pidOf(), 'SIGTERM');
    const statusUntil = async (code: number): Promise<Outcome> => {
      const outcome = await run('status');
      return outcome.code === code ? outcome : statusUntil(code);
    };
    expect((await statusUntil(2)).output).toContain('is being drained and takes no new sessions');
    const stopped = run('stop');
    await session.close();
    await client.close();
    expect(await stopped).toMatchObject({ code: 0 });
    expect(await run('status')).toMatchObject({ code: 1 });
  });

  test.each([
    ['only HTTP', ['kyuubi.frontend.protocols=THRIFT_HTTP']],
    ['no SASL', ['kyuubi.authentication=NOSASL']],
    ['the name of a load balancer', ['kyuubi.frontend.advertised.host=load-balancer.example.com']],
  ])('also when it has %s', async (_what, settings) => {
    await run('start', ...settings.flatMap((setting) => ['--conf', setting]));
    expect(await run('status')).toMatchObject({ code: 0 });
  });
});

describe('bin/kyuubi finds its way', () => {
  test('through a link, from another folder, with relative ones and spaces', async () => {
    const link = join(home, 'a link');
    await symlink(kyuubi, link);
    const shell = {
      program: link,
      cwd: home,
      env: { KYUUBI_CONF_DIR: 'conf', KYUUBI_LOG_DIR: 'logs', KYUUBI_PID_DIR: 'pid' },
    };
    expect(await runIn(shell, 'start')).toMatchObject({ code: 0 });
    expect(await run('status')).toMatchObject({ code: 0 });
    expect(await logs()).toHaveLength(1);
  });

  test('kyuubi-env.sh reaches the gateway and its engines, whatever else it does', async () => {
    await writeFile(
      join(home, 'conf/kyuubi-env.sh'),
      'export HADOOP_CONF_DIR="a b"\nSPARK_TEST=c\nHIVE_EMPTY="$NOT_SET_ANYWHERE"\nEDITOR=ed\nfalse\n',
    );
    await run('start');
    const auth = { mechanism: 'PLAIN', user: 'ann', password: 'any' } as const;
    const client = await HiveClient.connect({ host: '127.0.0.1', port: await portOf(), auth });
    const session = await client.openSession();
    await (await session.execute('SELECT 1')).wait();
    const processes = taggedProcesses(home);
    expect(processes.length).toBeGreaterThanOrEqual(2);
    const gatewayPid = await pidOf();
    for (const { pid } of processes) {
      const environ = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
      expect(environ).toEqual(expect.arrayContaining(['HADOOP_CONF_DIR=a b', 'SPARK_TEST=c', 'HIVE_EMPTY=']));
      // An engine runs other people's SQL and gets what it needs, not everything.
      expect(environ.includes('EDITOR=ed')).toBe(pid === gatewayPid);
    }
    await client.close();
    await run('stop', '--now');
  });
});

describe('a start that cannot be', () => {
  test.each([
    ['log', 'KYUUBI_LOG_DIR'],
    ['pid file', 'KYUUBI_PID_DIR'],
  ])('names the variable when there is no place for its %s', async (_what, variable) => {
    await writeFile(join(home, 'file'), '');
    const failed = await runIn({ env: { [variable]: join(home, 'file/below') } }, 'start');
    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(
      new RegExp(`^kyuubi: FOLDER_UNUSABLE: .*Name another by ${variable}$`, 'm'),
    );
    expect(await run('status')).toMatchObject({ code: 1 });
  });

  test('does not wait for a folder that can never be', async () => {
    const failed = await runIn({ env: { KYUUBI_LOG_DIR: '/proc/foo' } }, 'start');
    expect(failed).toMatchObject({ code: 1, output: expect.stringContaining('FOLDER_UNUSABLE') });
  });

  test.each([
    ['kyuubi.frontend.thrift.binary.bind.port', 'THRIFT_BINARY'],
    ['kyuubi.frontend.thrift.http.bind.port', 'THRIFT_HTTP'],
    ['kyuubi.zookeeper.embedded.client.port', 'the embedded ZooKeeper'],
  ])('says that the port of %s is taken', async (key, what) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const failed = await run('start', '--conf', `${key}=${port}`);
    other.close();
    expect(failed.code).toBe(1);
    expect(failed.output).toContain(`BIND_FAILED: Cannot listen on 127.0.0.1:${port} for ${what}`);
    expect(failed.output).toContain(`Choose another port by ${key}`);
  });

  test('gives way to another one that starts at the same time', async () => {
    const outcomes = await Promise.all([run('start'), run('start')]);
    expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set([0, 1]));
    expect(await run('status')).toMatchObject({ code: 0 });
  });
});

test('a gateway goes on when its log has no room', async () => {
  const full = await open('/dev/full', 'w');
  const child = spawn(kyuubi, ['run'], { env: environment(), stdio: ['ignore', full.fd, 'pipe', 'ipc'] });
  await full.close();
  const [message] = (await once(child, 'message')) as [unknown];
  expect(message).toBe('serving');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
