import { expect, it } from 'vitest';
import { readEnvironment } from '../environment.ts';
import { readDaemonEnvironment } from './daemon-environment.ts';

it('has what a daemon needs beside the folders', () => {
  expect(readDaemonEnvironment({})).toEqual({ ...readEnvironment({}), maxLogFiles: 5, niceness: 0 });
  const set = { KYUUBI_MAX_LOG_FILES: ' 12 ', KYUUBI_NICENESS: '-5' };
  expect(readDaemonEnvironment(set)).toMatchObject({ maxLogFiles: 12, niceness: -5 });
});

it('keeps no old log with KYUUBI_MAX_LOG_FILES=0, and takes an empty one for the default', () => {
  expect(readDaemonEnvironment({ KYUUBI_MAX_LOG_FILES: '0' }).maxLogFiles).toBe(0);
  expect(readDaemonEnvironment({ KYUUBI_MAX_LOG_FILES: ' ' }).maxLogFiles).toBe(5);
});

it.each([
  ['KYUUBI_MAX_LOG_FILES', 'many', 'from 0 to'],
  ['KYUUBI_MAX_LOG_FILES', '1.5', 'from 0 to'],
  ['KYUUBI_MAX_LOG_FILES', '-1', 'from 0 to'],
  ['KYUUBI_NICENESS', 'very', 'from -20 to 19'],
  ['KYUUBI_NICENESS', '20', 'from -20 to 19'],
])('refuses %s=%s, of a daemon', (key, text, range) => {
  expect(() => readDaemonEnvironment({ [key]: text })).toThrow(
    `${key} has the invalid value "${text}" (environment variable): expected a whole number ${range}`,
  );
});
