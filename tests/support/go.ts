import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first build on an empty cache, on a slow module proxy. */
const FETCH_TIMEOUT_MS = 600_000;

const fetchScript = join(import.meta.dirname, '../../scripts/fetch-go.sh');

type GoModule = 'gohive';

/** Builds the Go module in `tests/<folder>` once, into the cache, and returns the executable. Rejects with Go's own words. */
export async function goProgramOf(folder: GoModule): Promise<string> {
  const { stdout } = await run('bash', [fetchScript, folder], { timeout: FETCH_TIMEOUT_MS });
  return stdout.trim();
}

/** Runs a Go program of one file with the modules of `tests/<folder>`, and returns what it printed. */
export async function runGo(folder: GoModule, file: string): Promise<string> {
  const { stdout } = await run('bash', [fetchScript, '--run', file, folder], { timeout: FETCH_TIMEOUT_MS });
  return stdout;
}
