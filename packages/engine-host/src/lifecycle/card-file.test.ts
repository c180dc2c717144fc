import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@senbon/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CardFile } from './card-file.ts';

const card = { space: '/kyuubi_v_USER_FAKE/alice/default', host: '127.0.0.1', port: 10_001 };

let workDir: string;
beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'senbon-card-'));
});
afterEach(() => rm(workDir, { recursive: true, force: true }));

it('is there while the engine is, for its owner only', async () => {
  const file = new CardFile({ workDir, refId: '../ref/1', logger: silentLogger });
  await file.write(card);
  const [name = ''] = await readdir(workDir);
  const path = join(workDir, name);
  expect(name).toBe('..%2Fref%2F1.engine');
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(card);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await file.remove();
  await file.remove();
  expect(await readdir(workDir)).toEqual([]);
});

it('is missing where it cannot be written', async () => {
  const file = new CardFile({ workDir: join(workDir, 'nowhere'), refId: 'ref', logger: silentLogger });
  await file.write(card);
  await file.remove();
});
