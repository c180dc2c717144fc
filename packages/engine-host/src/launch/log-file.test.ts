import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogFile } from './log-file.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'senbon-log-'));
});

afterEach(() => rm(directory, { recursive: true }));

async function create(type: string): Promise<string> {
  const { path, file } = await createLogFile(directory, type);
  await file.close();
  return path.slice(directory.length + 1);
}

it('takes the lowest free number, type by type', async () => {
  expect(await create('SPARK_SQL')).toBe('kyuubi-spark-sql-engine.log.0');
  expect(await create('SPARK_SQL')).toBe('kyuubi-spark-sql-engine.log.1');
  expect(await create('DUCKDB')).toBe('kyuubi-duckdb-engine.log.0');
  await rm(join(directory, 'kyuubi-spark-sql-engine.log.0'));
  expect(await create('SPARK_SQL')).toBe('kyuubi-spark-sql-engine.log.0');
});

it('gives every launch its own when many start at once', async () => {
  const names = await Promise.all(Array.from({ length: 20 }, () => create('X')));
  expect(new Set(names).size).toBe(20);
});

it('removes the oldest beyond fifty', async () => {
  for (let i = 0; i < 55; i++) {
    const path = join(directory, `kyuubi-x-engine.log.${i}`);
    await writeFile(path, '');
    await utimes(path, 1000 + i, 1000 + i);
  }
  expect(await create('X')).toBe('kyuubi-x-engine.log.0');
  const left = await readdir(directory);
  expect(left).toHaveLength(50);
  expect(left).toContain('kyuubi-x-engine.log.54');
  expect(left).not.toContain('kyuubi-x-engine.log.5');
});
