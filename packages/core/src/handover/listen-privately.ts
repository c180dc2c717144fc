import type { Server } from 'node:net';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';

/** `sun_path` of Linux, less its end; macOS has four less. */
const MAX_PATH_BYTES = 103;
const OWNER_ONLY = 0o177;

/**
 * Listens at a Unix socket that only processes of the same OS user can connect to, from its first moment on. A file that a
 * process before left at `path` is replaced. Throws FOLDER_UNUSABLE.
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  try {
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      throw new Error(`the name of a socket there would be longer than ${MAX_PATH_BYTES} bytes`);
    }
    await rm(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      const mask = process.umask(OWNER_ONLY);
      try {
        // Bound before it returns.
        server.listen({ path }, () => {
          server.off('error', reject);
          resolve();
        });
      } finally {
        process.umask(mask);
      }
    });
  } catch (error) {
    throw new SenbonError(
      'FOLDER_UNUSABLE',
      { folder: dirname(path), variable: 'KYUUBI_PID_DIR', problem: messageOf(error) },
      { cause: error },
    );
  }
}
