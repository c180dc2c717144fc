import { join } from 'node:path';
import { type ClientReport, runClient } from '../support/client-checks.ts';
import type { Dialect } from '../support/dialects.ts';
import { type JdbcDriver, jarsOf } from '../support/jars.ts';
import { compileJava } from '../support/java.ts';

/** One URL and what to check there. */
export interface JdbcTarget {
  /** Stands before the check's name in the report: `binary select-1`. */
  readonly name: string;
  readonly url: string;
  readonly checks: readonly string[];
}

const USER = 'anna';

/** Runs the Java program in `java/` once, with one driver on its class path, against all targets in turn. */
export async function runJdbc(
  driver: JdbcDriver,
  targets: readonly JdbcTarget[],
  dialect: Dialect,
): Promise<ClientReport> {
  const classes = await compileJava(join(import.meta.dirname, 'java'));
  const { classpath } = await jarsOf(driver);
  const sql = Object.entries(dialect).map(([key, text]) => `-Dsql.${key}=${text}`);
  const options = ['-Xmx256m', '-Dfile.encoding=UTF-8', ...sql, '-cp', `${classes}:${classpath}`];
  const plan = targets.flatMap(({ name, url, checks }) => [`${name}=${url}`, ...checks]);
  return runClient({ command: 'java', args: [...options, 'JdbcChecks', USER, ...plan] });
}
