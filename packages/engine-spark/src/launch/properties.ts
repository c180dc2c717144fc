import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Spark's own defaults file, which `spark-submit` does not read when it is given another; empty when there is none. */
export async function sparkDefaults(sparkHome: string, env: NodeJS.ProcessEnv): Promise<string> {
  const folder = env['SPARK_CONF_DIR'] ?? join(sparkHome, 'conf');
  return readFile(join(folder, 'spark-defaults.conf'), 'utf8').catch(() => '');
}

/** The file for `spark-submit --properties-file`: the defaults, and behind them `confs`. Java takes the last of two equal keys. */
export function propertiesText(defaults: string, confs: ReadonlyMap<string, string>): string {
  const lines = [...confs].map(
    ([key, value]) => `${escapeProperty(key, true)}=${escapeProperty(value, false)}`,
  );
  // An empty line between them: the last line of the first may end in a backslash.
  return `${defaults}\n\n${lines.join('\n')}\n`;
}

/** `java.util.Properties` knows a few characters of its own, and is read in more than one encoding. */
export function escapeProperty(text: string, isKey: boolean): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    .replace(isKey ? /[ :=#!]/g : /^[ ]/, '\\$&')
    .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The confs of an engine that are Spark's: its own, and Hadoop's under Spark's prefix. */
export function sparkConfs(conf: ReadonlyMap<string, string>): Map<string, string> {
  const confs = new Map<string, string>();
  for (const [key, value] of conf) {
    if (key.startsWith('spark.')) confs.set(key, value);
    else if (key.startsWith('hadoop.')) confs.set(`spark.hadoop.${key}`, value);
  }
  return confs;
}
