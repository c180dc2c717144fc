import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endOfLog, rotateLog } from './log-rotation.ts';

let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-logs-'));
  path = join(dir, 'gateway.out');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const files = async (): Promise<Record<string, string>> => {
  const names = (await readdir(dir)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
};

it('makes the newest .1 and drops the oldest', async () => {
  for (const text of ['a', 'b', 'c', 'd']) {
    await rotateLog(path, 2);
    await writeFile(path, text);
  }
  expect(await files()).toEqual({ 'gateway.out': 'd', 'gateway.out.1': 'c', 'gateway.out.2': 'b' });
});

it('keeps a gap: what is not there cannot be moved', async () => {
  await writeFile(`${path}.2`, 'old');
  await rotateLog(path, 5);
  expect(await files()).toEqual({ 'gateway.out.3': 'old' });
});

it('keeps none with 0', async () => {
  await writeFile(path, 'a');
  await writeFile(`${path}.3`, 'old');
  await writeFile(`${path}.txt`, "somebody's");
  await rotateLog(path, 0);
  expect(await files()).toEqual({ 'gateway.out.txt': "somebody's" });
});

it('drops what a greater number had kept', async () => {
  for (const number of [1, 2, 3, 12]) await writeFile(`${path}.${number}`, String(number));
  await rotateLog(path, 2);
  expect(await files()).toEqual({ 'gateway.out.2': '1' });
});

it('says what it cannot do', async () => {
  await expect(rotateLog(join(path, 'nowhere', 'x'), 1)).resolves.toBeUndefined();
  await writeFile(path, 'a');
  await expect(rotateLog(join(path, 'x'), 1)).rejects.toThrow('ENOTDIR');
});

it('shows the end of a log, whole characters or not', async () => {
  await writeFile(path, `${'x'.repeat(5_000)}the end`);
  expect(await endOfLog(path, 7)).toBe('the end');
  expect(await endOfLog(path, 10_000)).toHaveLength(5_007);
  expect(await endOfLog(join(dir, 'none'))).toBe('');
});
