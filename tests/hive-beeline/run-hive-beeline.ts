import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type JarSet, jarsOf } from '../support/jars.ts';

/** A JVM, a connection and a handful of statements, on a loaded machine. */
const RUN_TIMEOUT_MS = 120_000;

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs Hive's own beeline to its end, at pipes, its standard input empty. */
export async function hiveBeeline(set: JarSet, args: readonly string[]): Promise<Finished> {
  const { classpath } = await jarsOf(set);
  const java = ['-Xmx256m', '-Dfile.encoding=UTF-8', '-cp', classpath, 'org.apache.hive.beeline.BeeLine'];
  const child = spawn('java', [...java, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
