import { type Area, type AreaConfig, Conf, duration, key, readArea, secretKey, text } from '@senbon/core';
import { z } from 'zod';

const KINDS = ['connect', 'thriftserver', 'kyuubi'] as const;

/** What an administrator can set of Spark engines. */
export const sparkArea = {
  kind: key(
    'kyuubi.engine.spark.kind',
    z
      .string()
      .transform((value) => value.trim().toLowerCase())
      .pipe(z.enum(KINDS, { error: `expected one of ${KINDS.join(', ')}` })),
    'connect',
    'What a Spark engine is: `connect`, a Spark Connect server. (`thriftserver` and `kyuubi` do not exist yet.) (ours)',
  ),
  home: key(
    'kyuubi.engine.spark.home',
    text,
    null,
    'The Spark to launch: a distribution, or a folder (a virtual environment, `site-packages`) with the Python package `pyspark` in it. Unset: `SPARK_HOME`. (ours)',
  ),
  connectJar: key(
    'kyuubi.engine.spark.connect.jar',
    text,
    null,
    'The Spark Connect server, for a Spark that does not have it among its jars: the jar, or the folder it is in. `scripts/fetch-jars.sh spark-connect-3.5` prints one. (ours)',
  ),
  connectUrl: secretKey(
    'kyuubi.engine.spark.connect.url',
    'A Spark Connect server that runs already, `sc://host:port/;token=…;use_ssl=true;user_id=…;x-header=…`: nothing is launched then. (ours)',
  ),
  startTimeoutMs: key(
    'kyuubi.session.engine.initialize.timeout',
    duration,
    'PT3M',
    'A Spark that does not answer by then is ended.',
  ),
} as const satisfies Area;

export type SparkOptions = AreaConfig<typeof sparkArea>;

/** The options in an engine's configuration. Throws CONFIG_INVALID for a value that does not parse. */
export function readSparkOptions(conf: ReadonlyMap<string, string>): SparkOptions {
  return readArea(sparkArea, Conf.of(Object.fromEntries(conf), 'engine configuration'));
}
