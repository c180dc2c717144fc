import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sparkArea, type SparkOptions } from '../options.ts';
import { launchFailed } from './launch-failed.ts';

/** A Spark to launch, as it was found on the disk just now. */
export interface SparkHome {
  readonly path: string;
  /** As in `3.5.8`. */
  readonly version: string;
  /** The Connect server's jar; `null` when it is among Spark's own. */
  readonly connectJar: string | null;
}

const CORE_JAR = /^spark-core_(\d+\.\d+)-(\d[\w.-]*)\.jar$/;
const CONNECT_JAR = /^spark-connect_(\d+\.\d+)-(\d[\w.-]*)\.jar$/;

/** Throws ENGINE_LAUNCH_FAILED, with what to set, when there is no Spark or no Connect server for it. */
export async function findSparkHome(options: SparkOptions, env: NodeJS.ProcessEnv): Promise<SparkHome> {
  const path = await findHome(options.home ?? env['SPARK_HOME'] ?? '');
  const jars = await filesIn(join(path, 'jars'));
  const core = firstMatch(jars, CORE_JAR);
  if (core === null) throw launchFailed(`${path} has no jars/spark-core_*.jar`);
  const [, scala, version] = core;
  const isOwn = firstMatch(jars, CONNECT_JAR) !== null;
  const connectJar =
    isOwn && options.connectJar === null ? null : await findConnectJar(options.connectJar, scala, version);
  return { path, version, connectJar };
}

async function findHome(named: string): Promise<string> {
  if (named === '') {
    throw launchFailed(
      `no Spark is named: set ${sparkArea.home.name}, or SPARK_HOME in the gateway's environment`,
    );
  }
  const root = resolve(named);
  const libraries = (await filesIn(join(root, 'lib'))).map((name) => join(root, 'lib', name));
  const candidates = [root, join(root, 'pyspark')].concat(
    libraries.map((library) => join(library, 'site-packages', 'pyspark')),
  );
  for (const candidate of candidates) {
    if ((await filesIn(join(candidate, 'bin'))).includes('spark-submit')) return candidate;
  }
  throw launchFailed(`there is no bin/spark-submit in ${root}, and no Python package pyspark`);
}

async function findConnectJar(named: string | null, scala: string, version: string): Promise<string> {
  if (named === null) {
    throw launchFailed(
      `Spark ${version} has no Spark Connect server among its jars: set ${sparkArea.connectJar.name} to ` +
        `spark-connect_${scala}-${version.replace(/\.\d+$/, '')}.x.jar of org.apache.spark ` +
        '(scripts/fetch-jars.sh spark-connect-3.5 prints a folder with it)',
    );
  }
  const path = resolve(named);
  const info = await stat(path).catch(() => null);
  if (info === null) throw launchFailed(`${sparkArea.connectJar.name} is ${path}, which does not exist`);
  if (!info.isDirectory()) return path;
  const jar = (await filesIn(path)).find((name) => CONNECT_JAR.exec(name)?.[1] === scala);
  if (jar === undefined)
    throw launchFailed(`${path} has no spark-connect_${scala}-….jar for Spark ${version}`);
  return join(path, jar);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

function firstMatch(names: readonly string[], pattern: RegExp): readonly [string, string, string] | null {
  for (const name of names) {
    const [whole, scala, version] = pattern.exec(name) ?? [];
    if (whole !== undefined && scala !== undefined && version !== undefined) return [whole, scala, version];
  }
  return null;
}
