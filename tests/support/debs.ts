import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FETCH_TIMEOUT_MS = 300_000;
const fetchScript = join(import.meta.dirname, '../../scripts/fetch-debs.sh');

/** The folder with etcd and etcdctl, fetched from Debian once. Rejects with the script's own words. */
export async function etcdBinDir(): Promise<string> {
  const { stdout } = await run('bash', [fetchScript, 'etcd'], { timeout: FETCH_TIMEOUT_MS });
  return join(stdout.trim(), 'usr/bin');
}
