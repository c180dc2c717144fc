import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { hostname, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, SenbonError } from '@senbon/core';
import type { Environment } from '../environment.ts';
import { readFrontDoor } from '../front-door.ts';
import { endOfLog, rotateLog } from './log-rotation.ts';
import { isGateway, PidFile } from './pid-file.ts';
import { type Health, probe } from './probe.ts';
import { readiness } from './readiness.ts';

/** The daemon's name in file names and messages, which is the one in Kyuubi's. */
const NAME = 'org.apache.kyuubi.server.KyuubiServer';
const POLL_MS = 50;
/** Between two looks at a gateway that is to end. Kyuubi's script kills after as long. */
const LOOK_MS = 10_000;
/** A gateway that has closed its door may still be saying goodbye to its engines. */
const MAX_LOOKS_WITHOUT_DOOR = 3;

const NOT_YET: Health = { kind: 'broken', problem: 'it has not said yet that it serves' };

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

  /** Resolves with the exit code once the gateway serves, or has failed to. Throws FOLDER_UNUSABLE. */
  async start(conf: readonly string[]): Promise<number> {
    const { logDir, pidDir, maxLogFiles } = this.#environment;
    const running = await inFolder(pidDir, 'KYUUBI_PID_DIR', () => this.#pidFile.reserve());
    if (running !== null) {
      this.#print(`${NAME} running as process ${running}  Stop it first.`);
      return 1;
    }
    try {
      await inFolder(logDir, 'KYUUBI_LOG_DIR', async () => {
        await mkdir(logDir, { recursive: true });
        await rotateLog(this.logFile, maxLogFiles);
      });
      this.#print(`Starting ${NAME}, logging to ${this.logFile}`);
      return await this.#await(await this.#spawn(conf));
    } catch (error) {
      await this.#pidFile.remove();
      throw error;
    }
  }

  /** SIGTERM, which drains, and wait for the end; with `isNow` open sessions are cut off. Who does not react is killed. */
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
    await this.#untilStopped(pid);
    await this.#pidFile.remove();
    return 0;
  }

  async kill(): Promise<number> {
    const pid = await this.#pidFile.read();
    if (pid === null) {
      this.#print(`no ${NAME} to stop`);
      return 0;
    }
    process.kill(pid, 'SIGKILL');
    await isGoneWithin(pid, Number.POSITIVE_INFINITY);
    await this.#pidFile.remove();
    return 0;
  }

  /** 0 when the gateway serves, 1 when it is not running, 2 when it runs but cannot serve. */
  async status(): Promise<number> {
    const pid = await this.#pidFile.read();
    if (pid === null) {
      this.#print('Kyuubi is not running');
      return 1;
    }
    const door = await readFrontDoor(this.#pidFile.doorPath);
    const health = door === null ? NOT_YET : await probe(door);
    if (health.kind === 'serves') {
      this.#print(`Kyuubi is running (pid: ${pid})`);
      return 0;
    }
    this.#print(`Kyuubi is running (pid: ${pid}) but cannot serve: ${health.problem}`);
    return 2;
  }

  async #spawn(conf: readonly string[]): Promise<ChildProcess> {
    const { home, confDir, logDir, pidDir, workDirRoot, niceness } = this.#environment;
    const main = fileURLToPath(new URL('../main.js', import.meta.url));
    const log = await open(this.logFile, 'a', 0o644);
    try {
      const args = conf.flatMap((pair) => ['--conf', pair]);
      const child = spawn(process.execPath, [main, 'run', '--door-file', this.#pidFile.doorPath, ...args], {
        detached: true,
        cwd: home,
        // Relative ones were meant from where we are.
        env: {
          ...process.env,
          KYUUBI_HOME: home,
          KYUUBI_CONF_DIR: confDir,
          KYUUBI_LOG_DIR: logDir,
          KYUUBI_PID_DIR: pidDir,
          KYUUBI_WORK_DIR_ROOT: workDirRoot,
        },
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
      });
      const { pid } = child;
      if (pid === undefined) return child;
      await this.#pidFile.write(pid);
      if (niceness !== 0) this.#makeNice(pid, niceness);
      return child;
    } finally {
      await log.close();
    }
  }

  #makeNice(pid: number, niceness: number): void {
    try {
      setPriority(pid, niceness);
    } catch (error) {
      this.#print(`KYUUBI_NICENESS=${niceness} has no effect: ${messageOf(error)}`);
    }
  }

  async #await(child: ChildProcess): Promise<number> {
    const outcome = await readiness(child);
    child.unref();
    if (outcome.kind === 'serves') return 0;
    if (outcome.kind === 'late') {
      this.#print(
        `${NAME} (pid: ${child.pid}) does not serve yet; it goes on, see its log and: kyuubi status`,
      );
      return 1;
    }
    await this.#pidFile.remove();
    this.#print(`${NAME} did not start: ${outcome.problem}. The end of ${this.logFile}:`);
    this.#print(await endOfLog(this.logFile));
    return 1;
  }

  async #untilStopped(pid: number): Promise<void> {
    const door = await readFrontDoor(this.#pidFile.doorPath);
    let looksWithoutDoor = 0;
    let hasTold = false;
    while (!(await isGoneWithin(pid, LOOK_MS))) {
      const kind = door === null ? 'broken' : (await probe(door)).kind;
      if (kind === 'draining' || kind === 'serves') {
        if (!hasTold) this.#print('It waits for its sessions to be closed; kyuubi stop --now cuts them off');
        hasTold = true;
        continue;
      }
      looksWithoutDoor += 1;
      if (kind !== 'silent' && looksWithoutDoor < MAX_LOOKS_WITHOUT_DOOR) continue;
      this.#print(`${NAME} does not react; killing it`);
      process.kill(pid, 'SIGKILL');
      await isGoneWithin(pid, LOOK_MS);
      return;
    }
  }
}

async function isGoneWithin(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (await isGateway(pid)) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

/** What goes wrong in a folder is said with the variable that names another. */
async function inFolder<T>(folder: string, variable: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new SenbonError(
      'FOLDER_UNUSABLE',
      { folder, variable, problem: messageOf(error) },
      { cause: error },
    );
  }
}
