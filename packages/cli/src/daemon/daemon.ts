import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { hostname, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SenbonError } from '@senbon/core';
import type { Environment } from '../environment.ts';
import { rotateLog } from './log-rotation.ts';
import { isAlive, PidFile } from './pid-file.ts';
import { probe } from './probe.ts';

/** The daemon's name in file names and messages, which is the one in Kyuubi's. */
const NAME = 'org.apache.kyuubi.server.KyuubiServer';
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
/** Bytes of the log shown when a start fails. */
const SHOWN_BYTES = 4_000;

export type Print = (line: string) => void;

/** `bin/kyuubi start|stop|restart|status|kill`: a gateway in the background, its pid file and its log. */
export class Daemon {
  readonly logFile: string;
  readonly #environment: Environment;
  readonly #pidFile: PidFile;
  readonly #print: Print;

  constructor(environment: Environment, print: Print) {
    const { user, logDir, pidDir } = environment;
    this.#environment = environment;
    this.#print = print;
    this.#pidFile = new PidFile(join(pidDir, `kyuubi-${user}-${NAME}.pid`));
    this.logFile = join(logDir, `kyuubi-${user}-${NAME}-${hostname()}.out`);
  }

  /** Resolves with the exit code once the gateway serves, or has failed to. */
  async start(conf: readonly string[]): Promise<number> {
    const running = await this.#pidFile.read();
    if (running !== null) {
      this.#print(`${NAME} running as process ${running}  Stop it first.`);
      return 1;
    }
    const { logDir, maxLogFiles, niceness } = this.#environment;
    await mkdir(logDir, { recursive: true });
    await rotateLog(this.logFile, maxLogFiles);
    this.#print(`Starting ${NAME}, logging to ${this.logFile}`);
    const child = await this.#spawn(conf);
    const { pid } = child;
    if (pid === undefined)
      throw new SenbonError('INTERNAL', { problem: 'the gateway process could not be started' });
    if (niceness !== 0) setPriority(pid, niceness);
    await this.#pidFile.write(pid);
    const problem = await readiness(child);
    child.unref();
    if (problem === null) return 0;
    await this.#pidFile.remove();
    this.#print(`${NAME} did not start: ${problem}. The end of ${this.logFile}:`);
    this.#print((await readFile(this.logFile, 'utf8')).slice(-SHOWN_BYTES));
    return 1;
  }

  /** SIGTERM, which drains, and wait for the end; with `isNow` open sessions are cut off. */
  async stop(isNow: boolean): Promise<number> {
    const pid = await this.#pidFile.read();
    if (pid === null) {
      this.#print(`no ${NAME} to stop`);
      await this.#pidFile.remove();
      return 0;
    }
    this.#print(`Stopping ${NAME}`);
    process.kill(pid, 'SIGTERM');
    // The second signal is what tells a draining gateway not to wait.
    if (isNow) process.kill(pid, 'SIGINT');
    await this.#untilGone(pid);
    return 0;
  }

  async kill(): Promise<number> {
    const pid = await this.#pidFile.read();
    if (pid === null) {
      this.#print(`no ${NAME} to stop`);
      return 0;
    }
    process.kill(pid, 'SIGKILL');
    await this.#untilGone(pid);
    return 0;
  }

  /** 0 when the gateway serves, 1 when it is not running, 2 when it runs but cannot serve. */
  async status(): Promise<number> {
    const pid = await this.#pidFile.read();
    if (pid === null) {
      this.#print('Kyuubi is not running');
      return 1;
    }
    const problem = await probe(await readFile(this.logFile, 'utf8').catch(() => ''));
    if (problem === null) {
      this.#print(`Kyuubi is running (pid: ${pid})`);
      return 0;
    }
    this.#print(`Kyuubi is running (pid: ${pid}) but cannot serve: ${problem}`);
    return 2;
  }

  async #spawn(conf: readonly string[]): Promise<ChildProcess> {
    const main = fileURLToPath(new URL('../main.js', import.meta.url));
    const log = await open(this.logFile, 'a', 0o644);
    try {
      const args = conf.flatMap((pair) => ['--conf', pair]);
      return spawn(process.execPath, [main, 'run', ...args], {
        detached: true,
        cwd: this.#environment.home,
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
      });
    } finally {
      await log.close();
    }
  }

  async #untilGone(pid: number): Promise<void> {
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    await this.#pidFile.remove();
  }
}

/** `null` once the child says that it serves; else what happened instead. */
async function readiness(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    const done = (problem: string | null) => {
      clearTimeout(timer);
      child.removeAllListeners();
      if (child.connected) child.disconnect();
      resolve(problem);
    };
    const timer = setTimeout(() => done(null), START_TIMEOUT_MS);
    child.once('message', () => done(null));
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(`it ended with ${signal ?? `code ${code}`}`));
  });
}
