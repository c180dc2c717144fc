import { isSecretKey } from './set-commands.ts';

const VARIABLE = /\$\{(?:(?:hivevar|hiveconf|metaconf):)?([\w.-]+)\}/gi;

/**
 * `${x}` and `${hivevar:x}` as the session has set them, anywhere in the statement, as in Hive and Spark. What is not set stays
 * as it is, and so does `${…}` within a value: a value that held itself would have no end.
 */
export function substituteVariables(statement: string, conf: ReadonlyMap<string, string>): string {
  if (!statement.includes('${')) return statement;
  return statement.replace(VARIABLE, (whole, key: string) =>
    isSecretKey(key) ? whole : (conf.get(key) ?? whole),
  );
}
