import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Maven's first run on an empty cache, on a slow registry. */
const FETCH_TIMEOUT_MS = 600_000;

const fetchScript = join(import.meta.dirname, '../../scripts/fetch-jars.sh');

/** The sets in `scripts/jar-sets`. */
export type JarSet =
  | 'zookeeper-server'
  | 'zookeeper-server-3.8'
  | 'zookeeper-client'
  | 'hive-beeline-2.3.9'
  | 'hive-beeline-3.1.3'
  | JdbcDriver;

export const jdbcDrivers = [
  'hive-jdbc-2.3.9',
  'hive-jdbc-3.1.3',
  'hive-jdbc-4.0.1',
  'hive-jdbc-4.1.0',
  'kyuubi-jdbc-1.9.2',
  'kyuubi-jdbc-1.10.1',
] as const;

export type JdbcDriver = (typeof jdbcDrivers)[number];

export interface Jars {
  /** Absolute; shared by all runs on this machine, so never write to it. */
  readonly dir: string;
  /** For `java -cp`; Java expands the wildcard itself, so pass it without a shell. */
  readonly classpath: string;
}

/** Fetches a set of jars from Maven Central once and keeps it in the cache folder. Rejects with Maven's own words. */
export async function jarsOf(set: JarSet): Promise<Jars> {
  const { stdout } = await run('bash', [fetchScript, set], { timeout: FETCH_TIMEOUT_MS });
  const dir = stdout.trim();
  return { dir, classpath: join(dir, '*') };
}
