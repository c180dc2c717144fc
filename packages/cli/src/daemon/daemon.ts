import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { open } from 'node:fs/promises';
import { hostname, setPriority } from 'node:os';
import { join } from 'node:path';
import { makeFolder, messageOf, SenbonError } from '@senbon/core';
import type { DaemonEnvironment } from './daemon-environment.ts';
import { readFrontDoor } from '../front-door.ts';
import { askForStatus } from '../upgrade/control-client.ts';
import { controlPath, type GatewayStatus } from '../upgrade/protocol.ts';
import { gatewayCommand } from './gateway-command.ts';
import { endOfLog, rotateLog } from './log-rotation.ts';
import { isGateway, PidFile } from './pid-file.ts';
import { type Health, probe } from './probe.ts';
import { readiness } from './readiness.ts';
import { runUpgrade } from './run-upgrade.ts';
import { sendSignal, untilStopped } from './stopping.ts';

/** The daemon's name in file names and messages, which is the one in Kyuubi's. */
const NAME = 'org.apache.kyuubi.server.KyuubiServer';
const POLL_MS = 50;

const NOT_YET: Health = { kind: 'broken', problem: 'it has not said yet that it serves' };

export type Print = (line: string) => void;

/** `bin/kyuubi start|stop|restart|status|kill`: a gateway in the background, its pid file and its log. */
export class Daemon {
  readonly logFile: string;
  readonly #environment: DaemonEnvironment;
  readonly #pidFile: PidFile;
  readonly #print: Print;

  constructor(environment: DaemonEnvironment, print: Print) {
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
        await makeFolder(logDir);
        await rotateLog(this.logFile, maxLogFiles);
      });
      this.#print(`Starting ${NAME}, logging to ${this.logFile}`);
      return await this.#await(await this.#spawn(conf));
    } catch (error) {
      await this.#pidFile.remove();
      throw error;
    }
  }

  /**
   * A gateway of this version and configuration takes the place of the one that runs. Resolves with 0 once it serves; else
   * nothing has changed. Throws FOLDER_UNUSABLE.
   */
  async upgrade(conf: readonly string[]): Promise<number> {
    const pid = await this.#pidFile.read();
    if (pid === null) {
      this.#print(`no ${NAME} to upgrade; start one with: kyuubi start`);
      return 1;
    }
    const { pidDir, logDir, maxLogFiles, niceness } = this.#environment;
    await inFolder(logDir, 'KYUUBI_LOG_DIR', () => makeFolder(logDir));
    const { logFile } = this;
    this.#print(`Upgrading ${NAME} (pid: ${pid}), logging to ${logFile}`);
    const command = gatewayCommand(this.#environment, this.#pidFile.doorPath, conf);
    const outcome = await runUpgrade({ pid, pidDir, command, logFile, maxLogFiles });
    if (outcome.kind === 'refused') {
      // Its state now: who stops it while it is upgraded means it to end.
      const state = (await this.#statusOf(pid))?.state ?? 'running';
      const goesOn = state === 'running' && (await isGateway(pid)) ? `, process ${pid} goes on` : '';
      this.#print(`${NAME} was not upgraded${goesOn}: ${outcome.problem}`);
      if (outcome.log !== '') this.#print(`The end of ${outcome.logFile}:\n${outcome.log}`);
      return 1;
    }
    if (outcome.warning !== null) this.#print(outcome.warning);
    if (niceness !== 0) this.#makeNice(outcome.pid, niceness);
    this.#print(`Process ${outcome.pid} serves; process ${pid} ends with its last session`);
    return 0;
  }

  /** SIGTERM, which drains, and wait for the end; with `isNow` open sessions are cut off. Who does not react is killed. */
  async stop(isNow: boolean): Promise<number> {
    let pids = await this.#all();
    this.#print(pids.length === 0 ? `no ${NAME} to stop` : `Stopping ${NAME}`);
    // Again, as an upgrade under way may have put another in the place of one that was told to end.
    while (pids.length > 0) {
      for (const pid of pids) {
        sendSignal(pid, 'SIGTERM');
        // Another signal is what tells a draining gateway not to wait.
        if (isNow) sendSignal(pid, 'SIGINT');
      }
      await Promise.all(pids.map((pid) => this.#untilStopped(pid)));
      pids = await this.#all();
    }
    await this.#pidFile.remove();
    return 0;
  }

  async kill(): Promise<number> {
    const pids = await this.#all();
    if (pids.length === 0) {
      this.#print(`no ${NAME} to stop`);
      return 0;
    }
    for (const pid of pids) sendSignal(pid, 'SIGKILL');
    await Promise.all(pids.map((pid) => isGoneWithin(pid, Number.POSITIVE_INFINITY)));
    await this.#pidFile.remove();
    return 0;
  }

  /** 0 when the gateway serves, 1 when it is not running, 2 when it runs but cannot serve. */
  async status(): Promise<number> {
    const pid = await this.#pidFile.read();
    if (pid === null) {
      this.#print('Kyuubi is not running');
      await this.#tellOfPredecessors();
      return 1;
    }
    const health = await this.#knock();
    const serves = health.kind === 'serves';
    this.#print(
      serves
        ? `Kyuubi is running (pid: ${pid})`
        : `Kyuubi is running (pid: ${pid}) but cannot serve: ${health.problem}`,
    );
    await this.#tellOfPredecessors();
    return serves ? 0 : 2;
  }

  /** The gateway in the pid file, and those whose place it took. */
  async #all(): Promise<readonly number[]> {
    const pid = await this.#pidFile.read();
    return [...(pid === null ? [] : [pid]), ...(await this.#pidFile.predecessors())];
  }

  /** At its control socket; `null` when nobody answers there. */
  #statusOf(pid: number): Promise<GatewayStatus | null> {
    return askForStatus(controlPath(this.#environment.pidDir, pid));
  }

  async #knock(): Promise<Health> {
    const door = await readFrontDoor(this.#pidFile.doorPath);
    return door === null ? NOT_YET : probe(door);
  }

  /**
   * At its control socket, or, if it could open none, at the front door, where only the present one is. Not at the door alone:
   * one that has all the connections it may have turns who knocks away without a word.
   */
  async #answers(pid: number, isPresent: boolean): Promise<boolean> {
    const [status, health] = await Promise.all([this.#statusOf(pid), isPresent ? this.#knock() : NOT_YET]);
    return status !== null || health.kind === 'serves' || health.kind === 'draining';
  }

  async #tellOfPredecessors(): Promise<void> {
    for (const pid of await this.#pidFile.predecessors()) {
      const status = await this.#statusOf(pid);
      if (status === null) this.#print(`Process ${pid}, upgraded, does not answer; it ends or hangs`);
      else
        this.#print(
          `Process ${pid}, upgraded, is ${status.state} with ${status.openSessions} open session(s)`,
        );
    }
  }

  async #spawn(conf: readonly string[]): Promise<ChildProcess> {
    const { niceness } = this.#environment;
    const { command, args, cwd, env } = gatewayCommand(this.#environment, this.#pidFile.doorPath, conf);
    const log = await open(this.logFile, 'a', 0o644);
    try {
      const stdio: StdioOptions = ['ignore', log.fd, log.fd, 'ipc'];
      const child = spawn(command, args, { detached: true, cwd, env, stdio });
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

  /** Whether there was something to tell. */
  async #tellOfSessions(pid: number): Promise<boolean> {
    const status = await this.#statusOf(pid);
    if (status === null || status.openSessions === 0) return false;
    this.#print(
      `It waits until its ${status.openSessions} open session(s) are closed, or kyuubi.server.drain.deadline is over; ` +
        'kyuubi stop --now cuts them off',
    );
    return true;
  }

  async #untilStopped(pid: number): Promise<void> {
    const isPresent = pid === (await this.#pidFile.read());
    await untilStopped({
      isGoneWithin: (timeoutMs) => isGoneWithin(pid, timeoutMs),
      answers: () => this.#answers(pid, isPresent),
      tell: () => this.#tellOfSessions(pid),
      tellWithoutFacts: () =>
        this.#print('It waits for its sessions to be closed; kyuubi stop --now cuts them off'),
      kill: () => {
        this.#print(`${NAME} does not react; killing it`);
        sendSignal(pid, 'SIGKILL');
      },
    });
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
