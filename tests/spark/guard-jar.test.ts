import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SPARK_FETCH_TIMEOUT_MS } from '../support/spark.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-guard-'));
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

/** The classes of a jar, by name. */
async function classesOf(jar: string, folder: string): Promise<ReadonlyMap<string, string>> {
  const cwd = join(dir, folder);
  await mkdir(cwd);
  await run('jar', ['--extract', '--file', jar], { cwd });
  const names = await readdir(join(cwd, 'senbon'));
  const bytes = names.map(async (name) => [name, await readFile(join(cwd, 'senbon', name), 'hex')] as const);
  return new Map(await Promise.all(bytes));
}

it(
  'the token check that is shipped is what its source compiles to',
  async () => {
    const built = join(dir, 'built.jar');
    await run('bash', [join(root, 'scripts/build-connect-guard.sh'), built]);
    const shipped = join(root, 'packages/engine-spark/java/connect-guard.jar');
    expect(await classesOf(shipped, 'shipped')).toEqual(await classesOf(built, 'built'));
  },
  SPARK_FETCH_TIMEOUT_MS,
);
