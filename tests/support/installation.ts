import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endTagged } from './tagged-processes.ts';

const programs = join(import.meta.dirname, '../../bin');
const PROGRAM_NAMES = ['kyuubi', 'kyuubi-ctl', 'beeline', 'kyuubi-beeline'] as const;

/** A start, a drain or a Java client on two busy cores. */
const COMMAND_TIMEOUT_MS = 90_000;
const GONE_WITHIN_MS = 15_000;

export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * A folder laid out as an installation is, with `bin/`, `conf/` and what appears at run time: `logs/`, `pid/`, `work/`. Commands
 * are run in it as a person would type them. It owns the gateways started there, and their engines.
 */
export class Installation {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(conf: Readonly<Record<string, string>>): Promise<Installation> {
    const installation = new Installation(await mkdtemp(join(tmpdir(), 'senbon-home-')));
    for (const name of ['bin', 'conf']) await mkdir(join(installation.dir, name));
    for (const name of PROGRAM_NAMES) {
      await symlink(join(programs, name), join(installation.dir, 'bin', name));
    }
    await installation.configure(conf);
    return installation;
  }

  /** Replaces `conf/kyuubi-defaults.conf`. */
  async configure(conf: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries({ 'kyuubi.frontend.bind.host': '127.0.0.1', ...conf }).map(
      ([key, value]) => `${key} ${value}\n`,
    );
    await writeFile(join(this.dir, 'conf/kyuubi-defaults.conf'), lines.join(''));
  }

  /** Runs a command line in a shell, in the installation's folder. */
  sh(command: string, env: Readonly<Record<string, string>> = {}): Promise<CommandOutcome> {
    const options = {
      cwd: this.dir,
      env: { ...neutralEnvironment(), KYUUBI_HOME: this.dir, ...env },
      timeout: COMMAND_TIMEOUT_MS,
    };
    return new Promise((resolve) => {
      execFile('bash', ['-c', command], options, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, out, err });
      });
    });
  }

  /** The process in the pid file. */
  async pid(): Promise<number> {
    const name = readdirSync(join(this.dir, 'pid')).find((file) => file.endsWith('.pid')) ?? '';
    return Number(await readFile(join(this.dir, 'pid', name), 'utf8'));
  }

  /** The newest log, or with a number an older one. */
  log(number?: number): string {
    const ending = number === undefined ? '.out' : `.out.${number}`;
    const name = readdirSync(join(this.dir, 'logs')).find((file) => file.endsWith(ending));
    return name === undefined ? '' : readFileSync(join(this.dir, 'logs', name), 'utf8');
  }

  /** Ends everything that was started here, removes the folder, and returns the commands that had to be killed. */
  async close(): Promise<readonly string[]> {
    const stubborn = await endTagged(this.dir, GONE_WITHIN_MS);
    await rm(this.dir, { recursive: true, force: true });
    return stubborn.map(({ command }) => command);
  }
}

/** The developer's own Kyuubi or Spark must not steer a test. */
function neutralEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(KYUUBI|SPARK|HADOOP|HIVE)_/.test(name)),
  );
}
