import { join } from 'node:path';
import { type ClientReport, runClient } from '../support/client-checks.ts';
import type { Dialect } from '../support/dialects.ts';
import { type JarSet, jarsOf } from '../support/jars.ts';
import { compileJava } from '../support/java.ts';

export interface JdbcTarget {
  readonly driver: JarSet;
  readonly url: string;
  readonly user: string;
  readonly dialect: Dialect;
}

/** Runs the Java program in `java/`, with one driver on its class path, against one URL. */
export async function runJdbc(target: JdbcTarget, checks: readonly string[]): Promise<ClientReport> {
  const classes = await compileJava(join(import.meta.dirname, 'java'));
  const { classpath } = await jarsOf(target.driver);
  const sql = Object.entries(target.dialect).map(([key, text]) => `-Dsql.${key}=${text}`);
  const options = ['-Xmx256m', '-Dfile.encoding=UTF-8', ...sql, '-cp', `${classes}:${classpath}`];
  return runClient({
    command: 'java',
    args: [...options, 'JdbcChecks', target.url, target.user, ...checks],
  });
}
