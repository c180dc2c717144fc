import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTempDirectory } from './temp-directory.ts';

let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'senbon-temp-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

/** The name of this process's directory with `pid` and `started` in place of its own. */
async function nameWith(change: (parts: string[]) => void): Promise<string> {
  const own = await openTempDirectory(base);
  const parts = basename(own.path).split('-');
  await own.close();
  change(parts);
  return parts.join('-');
}

async function leave(name: string): Promise<string> {
  const path = join(base, name);
  await mkdir(path);
  await writeFile(join(path, 'duckdb_temp_storage_DEFAULT-0.tmp'), 'spilled');
  return path;
}

function deadPid(): string {
  const { pid } = spawnSync(process.execPath, ['--version']);
  return String(pid);
}

it('is of each engine alone, below the base, which may not exist yet', async () => {
  const below = join(base, 'a', 'b');
  const [one, two] = await Promise.all([openTempDirectory(below), openTempDirectory(below)]);
  expect(one.path).not.toBe(two.path);
  expect(one.path.startsWith(`${below}/senbon-duckdb-`)).toBe(true);
  await one.close();
  await one.close();
  expect([existsSync(one.path), existsSync(two.path)]).toEqual([false, true]);
  await two.close();
  expect(existsSync(below)).toBe(true);
});

it.each([
  ['a killed engine', (parts: string[]) => (parts[4] = deadPid())],
  ['a process whose number is another’s now', (parts: string[]) => (parts[5] = '1')],
  ['the time before a reboot', (parts: string[]) => (parts[3] = '00000000')],
])('removes what is left of %s', async (_, change) => {
  const left = await leave(await nameWith(change));
  const opened = await openTempDirectory(base);
  await opened.close();
  expect(existsSync(left)).toBe(false);
});

it.each([
  ['a living engine', () => undefined],
  ['another machine', (parts: string[]) => (parts[2] = '00000000')],
  ['somebody else', (parts: string[]) => (parts[0] = 'theirs')],
])('leaves what is of %s', async (_, change) => {
  const kept = await leave(await nameWith(change));
  const opened = await openTempDirectory(base);
  await opened.close();
  expect(existsSync(kept)).toBe(true);
});

it('follows no link', async () => {
  const target = await leave('target');
  await symlink(target, join(base, await nameWith((parts) => (parts[4] = deadPid()))));
  const opened = await openTempDirectory(base);
  await opened.close();
  expect(existsSync(join(target, 'duckdb_temp_storage_DEFAULT-0.tmp'))).toBe(true);
});
