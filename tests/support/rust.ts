import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first build on an empty cache, on a slow registry. */
const FETCH_TIMEOUT_MS = 600_000;

const fetchScript = join(import.meta.dirname, '../../scripts/fetch-rust.sh');

/** Builds the crate in `tests/<folder>` once, into the cache, and returns the executable. Rejects with cargo's own words. */
export async function rustProgramOf(folder: 'hive-rust'): Promise<string> {
  const { stdout } = await run('bash', [fetchScript, folder], { timeout: FETCH_TIMEOUT_MS });
  return stdout.trim();
}
