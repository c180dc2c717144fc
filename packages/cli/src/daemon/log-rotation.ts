import { open, rename, rm } from 'node:fs/promises';

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
