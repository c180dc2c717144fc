import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readEnvironment, version } from './environment.ts';

it('is the installation itself when nothing is set', () => {
  const { home, confDir, logDir, pidDir, workDirRoot, hasSpark } = readEnvironment({});
  expect(existsSync(join(home, 'bin/kyuubi'))).toBe(true);
  expect([confDir, logDir, pidDir, workDirRoot]).toEqual(
    ['conf', 'logs', 'pid', 'work'].map((name) => join(home, name)),
  );
  expect(hasSpark).toBe(false);
});

it("is what Kyuubi's variables say; relative ones count from where one is", () => {
  expect(
    readEnvironment({
      KYUUBI_HOME: '/opt/kyuubi',
      KYUUBI_CONF_DIR: 'my conf',
      KYUUBI_LOG_DIR: '/var/log/kyuubi',
      KYUUBI_PID_DIR: '',
      SPARK_HOME: '/opt/spark',
    }),
  ).toMatchObject({
    home: '/opt/kyuubi',
    confDir: resolve('my conf'),
    logDir: '/var/log/kyuubi',
    pidDir: '/opt/kyuubi/pid',
    workDirRoot: '/opt/kyuubi/work',
    hasSpark: true,
  });
});

it('knows its version', () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
});
