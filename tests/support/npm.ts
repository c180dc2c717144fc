import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** npm's first run on an empty cache, on a slow registry. */
const FETCH_TIMEOUT_MS = 600_000;

const fetchScript = join(import.meta.dirname, '../../scripts/fetch-npm.sh');

/** The sets in `scripts/npm-sets`. */
export type NpmSet = 'jshs2';

/** Installs a set of npm packages once, into the cache, and returns the folder above `node_modules`. Rejects with npm's own words. */
export async function npmSetOf(set: NpmSet): Promise<string> {
  const { stdout } = await run('bash', [fetchScript, set], { timeout: FETCH_TIMEOUT_MS });
  return stdout.trim();
}
