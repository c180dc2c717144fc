import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
export const BEELINE = join(root, 'bin/beeline');
const DIALOGUE = join(import.meta.dirname, 'dialogue.py');

export interface RunOptions {
  /** Typed into standard input; nothing = its end. */
  readonly input?: string;
  /** Asked for every piece of standard output; true ends the reading, as `head` does. */
  readonly hasEnough?: (text: string) => boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `bin/beeline` at pipes. */
export function beeline(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return run(BEELINE, args, options);
}

export interface Step {
  /** A regular expression for what came since the step before. */
  readonly expect: string;
  readonly send: string;
  /** Seconds; default 20. */
  readonly within?: number;
}

/** Runs `bin/beeline` at a pseudo terminal; `out` is all that the person saw. */
export function beelineAtTerminal(
  args: readonly string[],
  steps: readonly Step[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return run('python3', [DIALOGUE, JSON.stringify(steps), BEELINE, ...args], { env });
}

async function run(program: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  const { input = '', hasEnough = () => false, env = {} } = options;
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (hasEnough(text)) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('exit', kill);
  return { code, out, err };
}
