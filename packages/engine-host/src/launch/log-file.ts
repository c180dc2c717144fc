import { type FileHandle, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Logs of engines kept in one work directory; beyond this the oldest goes. */
const MAX_LOG_FILES = 50;

export interface LogFile {
  readonly path: string;
  readonly file: FileHandle;
}

/**
 * Creates `<directory>/kyuubi-<type>-engine.log.<n>` with the lowest free n, as Kyuubi names them, readable by its owner
 * only.
 */
export async function createLogFile(directory: string, type: string): Promise<LogFile> {
  const prefix = `kyuubi-${type.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-engine.log.`;
  await removeOldest(directory, prefix);
  for (let n = 0; ; n++) {
    const path = join(directory, `${prefix}${n}`);
    try {
      return { path, file: await open(path, 'wx', 0o600) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function removeOldest(directory: string, prefix: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(prefix));
  if (names.length < MAX_LOG_FILES) return;
  const aged = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      // A file that another launch removed meanwhile counts as the oldest, and is gone anyway.
      const writtenMs = await stat(path).then(
        (stats) => stats.mtimeMs,
        () => 0,
      );
      return { path, writtenMs };
    }),
  );
  aged.sort((a, b) => a.writtenMs - b.writtenMs);
  const surplus = aged.slice(0, names.length - MAX_LOG_FILES + 1);
  await Promise.all(surplus.map(({ path }) => unlink(path).catch(() => {})));
}
