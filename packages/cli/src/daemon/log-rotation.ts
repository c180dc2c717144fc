import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** Shifts `path` to `path.1`, `path.1` to `path.2` and so on; what is older than `maxFiles` is dropped, from times when that was more, too. */
export async function rotateLog(path: string, maxFiles: number): Promise<void> {
  const oldest = Math.max(1, maxFiles);
  for (const number of await numbersOf(path)) {
    if (number >= oldest) await rm(`${path}.${number}`, { force: true });
  }
  if (maxFiles < 1) await rm(path, { force: true });
  for (let number = maxFiles - 1; number >= 1; number--) {
    await moveIfPresent(`${path}.${number}`, `${path}.${number + 1}`);
  }
  if (maxFiles >= 1) await moveIfPresent(path, `${path}.1`);
}

/** Of the old logs that are there. */
async function numbersOf(path: string): Promise<readonly number[]> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
}

export async function moveIfPresent(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** What a person needs of a log to see why its writer ended; empty when there is none. */
export async function endOfLog(path: string, maxBytes = 4_000): Promise<string> {
  const file = await open(path).catch(() => null);
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - maxBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(maxBytes), position: start });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
