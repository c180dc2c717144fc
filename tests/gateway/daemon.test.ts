import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endTagged } from '../support/tagged-processes.ts';

const kyuubi = join(import.meta.dirname, '../../bin/kyuubi');
const GONE_WITHIN_MS = 15_000;

interface Outcome {
  readonly code: number;
  readonly output: string;
}

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'senbon-daemon-'));
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

function run(...args: string[]): Promise<Outcome> {
  const env = {
    ...process.env,
    KYUUBI_CONF_DIR: join(home, 'conf'),
    KYUUBI_LOG_DIR: join(home, 'logs'),
    KYUUBI_WORK_DIR_ROOT: join(home, 'work'),
    KYUUBI_PID_DIR: join(home, 'pid'),
    KYUUBI_MAX_LOG_FILES: '2',
  };
  return new Promise((resolve) => {
    execFile(kyuubi, args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        output: stdout + stderr,
      });
    });
  });
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
    expect(await run('--version')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
