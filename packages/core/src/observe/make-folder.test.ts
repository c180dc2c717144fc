import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-folder-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('makes what is missing, for its owner where told so', async () => {
  const path = join(dir, 'a/b/c');
  await makeFolder(path, 0o700);
  for (const part of [path, join(dir, 'a')]) expect((await stat(part)).mode & 0o777).toBe(0o700);
  await makeFolder(path);
  await symlink(path, join(dir, 'link'));
  await makeFolder(join(dir, 'link'));
});

it('may be called by many at once', async () => {
  const path = join(dir, 'a/b/c/d');
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
  expect((await stat(path)).isDirectory()).toBe(true);
});

it.each([
  ['below a file', 'file/below', /EEXIST/],
  ['at a file', 'file', /EEXIST/],
])('says what is wrong %s', async (_where, path, problem) => {
  await writeFile(join(dir, 'file'), '');
  await expect(makeFolder(join(dir, path))).rejects.toThrow(problem);
});

it.runIf(process.platform === 'linux')('does not try for ever where nothing can be made', async () => {
  await expect(makeFolder('/proc/foo/bar')).rejects.toThrow(/ENOENT.*\/proc\/foo/);
});
