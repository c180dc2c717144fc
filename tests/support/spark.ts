import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { SuiteEngine } from './client-suite.ts';
import { dialects } from './dialects.ts';
import type { GatewayOptions } from './gateway.ts';

const run = promisify(execFile);
const scripts = join(import.meta.dirname, '../../scripts');

/** A Spark distribution of 370 MB comes with it on a first run. */
export const SPARK_FETCH_TIMEOUT_MS = 900_000;

export interface SparkPeer {
  /** A `SPARK_HOME`. */
  readonly home: string;
  /** The folder of the Connect server's jar, where that is not Spark's own. */
  readonly connectJar: string | null;
}

export type SparkVersion = '3.5' | '4.0';

/** Spark and its Connect server, fetched once into the cache. */
export async function sparkPeer(version: SparkVersion = '3.5'): Promise<SparkPeer> {
  const python = (await output('fetch-python.sh', `spark-${version}`)).trim();
  const library = join(dirname(dirname(python)), 'lib');
  const [folder = ''] = await readdir(library);
  return {
    home: join(library, folder, 'site-packages', 'pyspark'),
    // From 4.0 on it is among Spark's own jars.
    connectJar: version === '3.5' ? (await output('fetch-jars.sh', 'spark-connect-3.5')).trim() : null,
  };
}

/** A gateway whose sessions get Spark engines that leave the rest of a small machine alone. */
export async function sparkGateway(version: SparkVersion = '3.5'): Promise<GatewayOptions> {
  const { home, connectJar } = await sparkPeer(version);
  return {
    env: { SPARK_HOME: home },
    conf: {
      ...(connectJar === null ? {} : { 'kyuubi.engine.spark.connect.jar': connectJar }),
      'spark.master': 'local[2]',
      'spark.driver.memory': '1g',
      'spark.ui.enabled': 'false',
      'spark.sql.shuffle.partitions': '2',
    },
  };
}

/** For `clientSuite`. */
export function sparkEngine(version: SparkVersion = '3.5'): SuiteEngine {
  return { dialect: dialects.spark, gateway: () => sparkGateway(version) };
}

async function output(script: string, set: string): Promise<string> {
  const { stdout } = await run('bash', [join(scripts, script), set], { timeout: SPARK_FETCH_TIMEOUT_MS });
  return stdout;
}
