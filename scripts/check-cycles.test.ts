import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-cycles-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function check(modules: Record<string, string>) {
  for (const [path, code] of Object.entries(modules)) {
    mkdirSync(dirname(join(root, 'packages', path)), { recursive: true });
    writeFileSync(join(root, 'packages', path), code);
  }
  const { status, stdout, stderr } = spawnSync(
    'node',
    [join(import.meta.dirname, 'check-cycles.mjs'), root],
    {
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr };
}

const manifest = (name: string) => JSON.stringify({ name });

describe('check-cycles', () => {
  it('passes a chain', () => {
    const result = check({
      'a/package.json': manifest('@x/a'),
      'a/src/index.ts': "export * from './one.ts';",
      'a/src/one.ts': "import { two } from './two.ts'; export const one = two;",
      'a/src/two.ts': 'export const two = 2;',
    });
    expect(result).toEqual({ status: 0, stdout: '3 modules, 0 cycles\n', stderr: '' });
  });

  it('names the modules of a cycle', () => {
    const result = check({
      'a/package.json': manifest('@x/a'),
      'a/src/one.ts': "import { two } from './two.ts'; export const one = () => two;",
      'a/src/two.ts': "export { one } from './one.ts'; export const two = 2;",
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toBe(
      'packages/a/src/one.ts\n  -> packages/a/src/two.ts\n  -> packages/a/src/one.ts\n',
    );
  });

  it('lets types cross, but not a value beside them', () => {
    const one = "import type { Two } from './two.ts'; export type One = Two[];";
    const typesOnly = check({
      'a/package.json': manifest('@x/a'),
      'a/src/one.ts': one,
      'a/src/two.ts': "import { one } from './one.ts'; export type Two = typeof one;",
    });
    expect(typesOnly.status).toBe(0);
    const mixed = check({
      'a/src/one.ts': "import { type Two, two } from './two.ts'; export const one = two;",
    });
    expect(mixed.status).toBe(1);
  });

  it('sees a cycle through two packages', () => {
    const result = check({
      'a/package.json': manifest('@x/a'),
      'a/src/index.ts': "import '@x/b';",
      'b/package.json': manifest('@x/b'),
      'b/src/index.ts': "export * from '@x/a';",
    });
    expect(result.status).toBe(1);
    expect(result.stdout).toBe('2 modules, 1 cycles\n');
  });

  it('refuses a module that it cannot read', () => {
    const result = check({ 'a/package.json': manifest('@x/a'), 'a/src/one.ts': 'import {' });
    expect(result.status).not.toBe(0);
  });
});
