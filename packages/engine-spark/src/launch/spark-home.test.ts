import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSparkOptions } from '../options.ts';
import { findSparkHome } from './spark-home.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-spark-home-'));
});
afterEach(async () => rm(dir, { recursive: true }));

async function files(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), '');
  }
}

const find = (conf: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) =>
  findSparkHome(readSparkOptions(new Map(Object.entries(conf))), env);
const HOME = 'kyuubi.engine.spark.home';
const JAR = 'kyuubi.engine.spark.connect.jar';
const core = (home: string, version: string) => [
  `${home}/bin/spark-submit`,
  `${home}/jars/spark-core_${version}.jar`,
];

it('finds a distribution by SPARK_HOME, and the Connect server where it is named', async () => {
  await files(...core('spark', '2.12-3.5.8'), 'connect/spark-connect_2.12-3.5.7.jar', 'connect/other.jar');
  const path = join(dir, 'spark');
  const jar = join(dir, 'connect/spark-connect_2.12-3.5.7.jar');
  const env = { SPARK_HOME: path };
  expect(await find({ [JAR]: join(dir, 'connect') }, env)).toEqual({
    path,
    version: '3.5.8',
    connectJar: jar,
  });
  expect(await find({ [JAR]: jar, [HOME]: path })).toMatchObject({ connectJar: jar });
});

it('needs no jar for a Spark that has its Connect server', async () => {
  await files(...core('spark', '2.13-4.0.1'), 'spark/jars/spark-connect_2.13-4.0.1.jar');
  expect(await find({ [HOME]: join(dir, 'spark') })).toMatchObject({ version: '4.0.1', connectJar: null });
});

it('finds the Python package, in its folder and in a virtual environment', async () => {
  const site = 'venv/lib/python3.11/site-packages';
  await files(...core(`${site}/pyspark`, '2.13-4.0.1'), `${site}/pyspark/jars/spark-connect_2.13-4.0.1.jar`);
  for (const home of [site, 'venv', `${site}/pyspark`]) {
    expect(await find({ [HOME]: join(dir, home) })).toMatchObject({ path: join(dir, site, 'pyspark') });
  }
});

it('says what to set', async () => {
  await files(
    ...core('spark', '2.12-3.5.8'),
    'wrong/spark-connect_2.13-4.0.1.jar',
    'coreless/bin/spark-submit',
  );
  const home = join(dir, 'spark');
  await expect(find({})).rejects.toThrow(/set kyuubi\.engine\.spark\.home, or SPARK_HOME/);
  await expect(find({ [HOME]: dir })).rejects.toThrow(/no bin\/spark-submit/);
  await expect(find({ [HOME]: join(dir, 'coreless') })).rejects.toThrow(/no jars\/spark-core/);
  await expect(find({ [HOME]: home })).rejects.toThrow(
    /set kyuubi\.engine\.spark\.connect\.jar to spark-connect_2\.12-3\.5\.x\.jar/,
  );
  await expect(find({ [HOME]: home, [JAR]: join(dir, 'no.jar') })).rejects.toThrow(/does not exist/);
  await expect(find({ [HOME]: home, [JAR]: join(dir, 'wrong') })).rejects.toThrow(/no spark-connect_2\.12/);
});
