import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from './cache.ts';

const run = promisify(execFile);

const COMPILE_TIMEOUT_MS = 120_000;

/** Compiles a folder of Java sources once, into the cache, and returns the folder of the classes. */
export async function compileJava(sourceDir: string): Promise<string> {
  const names = (await readdir(sourceDir)).filter((name) => name.endsWith('.java')).toSorted();
  const sources = names.map((name) => join(sourceDir, name));
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(source));
  const classes = join(cacheDir, 'java', hash.digest('hex').slice(0, 12));
  if (existsSync(classes)) return classes;
  await mkdir(join(cacheDir, 'java'), { recursive: true });
  const work = await mkdtemp(join(cacheDir, 'java', '.compile-'));
  try {
    await run('javac', ['-encoding', 'UTF-8', '-d', join(work, 'classes'), ...sources], {
      timeout: COMPILE_TIMEOUT_MS,
    });
    await rename(join(work, 'classes'), classes).catch((error: NodeJS.ErrnoException) => {
      // Another run was first with the same classes.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return classes;
}
