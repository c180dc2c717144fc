import { rename, rm } from 'node:fs/promises';

/** Shifts `path` to `path.1`, `path.1` to `path.2` and so on; the oldest beyond `maxFiles` is dropped, as Kyuubi's start script does. */
export async function rotateLog(path: string, maxFiles: number): Promise<void> {
  await rm(maxFiles < 1 ? path : `${path}.${maxFiles}`, { force: true });
  for (let number = maxFiles - 1; number >= 1; number--) {
    await moveIfPresent(`${path}.${number}`, `${path}.${number + 1}`);
  }
  if (maxFiles >= 1) await moveIfPresent(path, `${path}.1`);
}

async function moveIfPresent(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
