import { join } from 'node:path';
import { type JdbcDriver, jarsOf } from '../support/jars.ts';
import { compileJava } from '../support/java.ts';
import { SteadyProgram } from '../support/steady-program.ts';

export interface SteadyJdbcOptions {
  readonly driver: JdbcDriver;
  readonly url: string;
  readonly clients: number;
}

/** JDBC clients in one JVM that connect, query and disconnect in a loop. */
export async function startSteadyJdbc({ driver, url, clients }: SteadyJdbcOptions): Promise<SteadyProgram> {
  const classes = await compileJava(join(import.meta.dirname, 'steady'));
  const { classpath } = await jarsOf(driver);
  const options = ['-Xmx512m', '-Dfile.encoding=UTF-8', '-cp', `${classes}:${classpath}`];
  return new SteadyProgram('java', [...options, 'SteadyClients', url, 'anna', String(clients)]);
}
