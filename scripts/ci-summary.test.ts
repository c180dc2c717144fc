import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ci-summary-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

interface File {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly { status: string; fullName: string }[];
}

const tests = (...statuses: string[]) =>
  statuses.map((status, at) => ({ status, fullName: `suite test ${at}` }));

function summary(expectedSkips = '') {
  const skips = join(dir, 'skips.txt');
  writeFileSync(skips, expectedSkips);
  const { status, stdout } = spawnSync('node', [join(import.meta.dirname, 'ci-summary.mjs'), dir, skips], {
    encoding: 'utf8',
  });
  return { status, stdout, last: stdout.trimEnd().split('\n').at(-1) };
}

function suite(name: string, exitCode: number, files?: readonly File[]): void {
  writeFileSync(join(dir, `${name}.suite`), `${exitCode}\n`);
  if (files) writeFileSync(join(dir, `${name}.json`), JSON.stringify({ testResults: files }));
}

describe('ci-summary', () => {
  it('sums checks and suites', () => {
    writeFileSync(join(dir, 'lint.check'), 'passed\n');
    writeFileSync(join(dir, 'types.check'), 'passed\n');
    suite('unit', 0, [{ name: 'a', status: 'passed', assertionResults: tests('passed', 'passed') }]);
    suite('peers', 0, [{ name: 'b', status: 'passed', assertionResults: tests('passed') }]);
    expect(summary()).toMatchObject({ status: 0, last: '5 passed, 0 failed' });
  });

  it('counts failed checks and tests', () => {
    writeFileSync(join(dir, 'lint.check'), 'failed\n');
    suite('unit', 1, [{ name: 'a', status: 'failed', assertionResults: tests('passed', 'failed') }]);
    expect(summary()).toMatchObject({ status: 1, last: '1 passed, 2 failed' });
  });

  it('fails an unexpected skip and lets an expected one pass', () => {
    suite('unit', 0, [{ name: 'a', status: 'passed', assertionResults: tests('passed', 'skipped', 'todo') }]);
    const result = summary('# why\nsuite test 1 # the driver cannot\n');
    expect(result).toMatchObject({ status: 1, last: '1 passed, 1 failed' });
    expect(result.stdout).toContain('unexpected skip: suite test 2');
  });

  it('fails a file that failed outside its tests', () => {
    const file = {
      name: 'a',
      status: 'failed',
      message: 'afterAll: an orphan',
      assertionResults: tests('passed'),
    };
    suite('unit', 1, [file]);
    const result = summary();
    expect(result).toMatchObject({ status: 1, last: '1 passed, 1 failed' });
    expect(result.stdout).toContain('afterAll: an orphan');
  });

  it('fails a suite without a report, with a bad exit code, or without tests', () => {
    suite('unit', 137);
    suite('peers', 1, [{ name: 'a', status: 'passed', assertionResults: tests('passed') }]);
    suite('none', 0, []);
    expect(summary()).toMatchObject({ status: 1, last: '1 passed, 3 failed' });
  });
});
