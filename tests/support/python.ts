import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** pip's first run on an empty cache, on a slow registry. */
const FETCH_TIMEOUT_MS = 600_000;

const fetchScript = join(import.meta.dirname, '../../scripts/fetch-python.sh');

/** The sets in `scripts/python-sets`. */
export type PythonSet = 'pyhive' | 'sqlalchemy' | 'impyla' | 'ibis';

/** Installs a set of Python packages once, into the cache, and returns its interpreter. Rejects with pip's own words. */
export async function pythonOf(set: PythonSet): Promise<string> {
  const { stdout } = await run('bash', [fetchScript, set], { timeout: FETCH_TIMEOUT_MS });
  return stdout.trim();
}
