import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The text of the file that `spark-submit` reads with `--properties-file`: what Spark's own defaults file says, which it
 * would not read then, and behind it `confs`. Java takes the last of two equal keys.
 */
export async function propertiesText(
  sparkHome: string,
  env: NodeJS.ProcessEnv,
  confs: ReadonlyMap<string, string>,
): Promise<string> {
  const folder = env['SPARK_CONF_DIR'] ?? join(sparkHome, 'conf');
  const defaults = await readFile(join(folder, 'spark-defaults.conf'), 'latin1').catch(() => '');
  const lines = [...confs].map(
    ([key, value]) => `${escapeProperty(key, true)}=${escapeProperty(value, false)}`,
  );
  // An empty line between them: the last line of the first may end in a backslash.
  return `${defaults}\n\n${lines.join('\n')}\n`;
}

/** `java.util.Properties` reads Latin-1 and knows a few characters of its own. */
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
