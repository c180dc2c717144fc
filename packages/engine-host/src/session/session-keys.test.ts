import { SenbonError } from '@senbon/core';
import { expect, it } from 'vitest';
import { engineHostArea } from '../config.ts';
import { checkSessionConf, ofSession, ofStatement, sessionSetting } from './session-keys.ts';

const TIMEOUT = 'kyuubi.operation.query.timeout';
const MAX_ROWS = 'kyuubi.operation.result.max.rows';

function errorOf(run: () => unknown): SenbonError {
  try {
    run();
  } catch (error) {
    if (error instanceof SenbonError) return error;
  }
  throw new Error('no SenbonError was thrown');
}

it.each([
  [MAX_ROWS, "'10'", '10'],
  [MAX_ROWS, ' "10" ', '10'],
  [TIMEOUT, 'PT5S', 'PT5S'],
  [TIMEOUT, '', ''],
  ['hive.x', "'10'", "'10'"],
])('keeps %s = %s as %s', (key, value, kept) => {
  expect(sessionSetting(key, value)).toBe(kept);
});

it('refuses what a known key cannot have, by its name and what is expected', () => {
  expect(errorOf(() => sessionSetting(TIMEOUT, "'abc'"))).toMatchObject({
    code: 'CONFIG_INVALID',
    sqlState: '22023',
    message: expect.stringMatching(/kyuubi\.operation\.query\.timeout .*"abc".*SET.*PT15S/),
  });
});

it('checks the keys of an executor too', () => {
  const further = [engineHostArea.runningStatements];
  const run = () => sessionSetting('kyuubi.backend.engine.exec.pool.size', 'x', further);
  expect(errorOf(run).message).toContain('whole number');
});

it('falls back for a stored value that cannot be read', () => {
  const { resultMaxRows } = engineHostArea;
  expect(ofSession(resultMaxRows, 7, new Map())).toBe(7);
  expect(ofSession(resultMaxRows, 7, new Map([[MAX_ROWS, '3']]))).toBe(3);
  expect(ofSession(resultMaxRows, 7, new Map([[MAX_ROWS, 'many']]))).toBe(7);
});

it('takes an empty value for none where none is the default', () => {
  const { queryTimeoutMs } = engineHostArea;
  const empty = new Map([[TIMEOUT, '']]);
  checkSessionConf(empty);
  expect(ofSession(queryTimeoutMs, 5, empty)).toBe(5);
  expect(ofStatement(queryTimeoutMs, empty)).toBeUndefined();
});

it('fails the one statement that brings such a value', () => {
  const { resultMaxRows } = engineHostArea;
  expect(ofStatement(resultMaxRows, new Map())).toBeUndefined();
  expect(ofStatement(resultMaxRows, new Map([[MAX_ROWS, '3']]))).toBe(3);
  expect(errorOf(() => ofStatement(resultMaxRows, new Map([[MAX_ROWS, 'many']]))).sqlState).toBe('22023');
});

it('checks what a session is opened with', () => {
  const conf = new Map([[MAX_ROWS, "'3'"]]);
  checkSessionConf(conf);
  expect(conf.get(MAX_ROWS)).toBe('3');
  expect(errorOf(() => checkSessionConf(new Map([[TIMEOUT, 'soon']]))).message).toContain('the session');
});
