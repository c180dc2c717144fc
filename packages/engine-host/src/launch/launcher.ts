import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type Clock,
  type EngineExit,
  type LaunchContext,
  type LaunchedEngine,
  type LaunchRequest,
  messageOf,
  SenbonError,
  systemClock,
} from '@senbon/core';
import { version } from '../version.ts';
import { engineEnvironment } from './engine-environment.ts';
import { encodeEngineSpec } from './engine-spec.ts';
import { createLogFile } from './log-file.ts';
import { tailLines } from './tail-lines.ts';

/** Between asking a process to end and ending it; longer than its own shutdown for a statement that is just done. */
const KILL_GRACE_MS = 5_000;

export interface LaunchEngineOptions {
  /** As in `DUCKDB`. */
  readonly type: string;
  /** The child's main module, which calls `engineMain`. */
  readonly entry: URL | string;
  readonly request: LaunchRequest;
  readonly context: LaunchContext;
  /** Registered with the engine's node; this package's version when absent. */
  readonly version?: string;
  /** Laid over what an engine inherits. Not for secrets: an engine's SQL may be able to read its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of the node executable, as in `--max-old-space-size=4096`. */
  readonly nodeOptions?: readonly string[];
  readonly clock?: Clock;
}

/**
 * Starts an engine process that outlives this one: its own process group, its output in a log file, what it has to know
 * on its standard input. Throws ENGINE_LAUNCH_FAILED when no process came of it.
 */
export async function launchEngineProcess(options: LaunchEngineOptions): Promise<LaunchedEngine> {
  const { type, context, clock = systemClock } = options;
  let logPath = '';
  try {
    context.signal?.throwIfAborted();
    const { path, file } = await createLogFile(context.workDir, type);
    logPath = path;
    let child: ChildProcess;
    try {
      child = await spawnDetached(options, file.fd);
    } finally {
      await file.close();
    }
    context.logger.debug(`${type} engine process ${child.pid} writes its log to ${path}`);
    const launched = new EngineProcess(child, path, clock);
    handOver(child, options, (problem) => context.logger.warn(problem));
    return launched;
  } catch (error) {
    const details = { type, problem: messageOf(error), log: logPath };
    throw new SenbonError('ENGINE_LAUNCH_FAILED', details, { cause: error });
  }
}

class EngineProcess implements LaunchedEngine {
  readonly id: string;
  readonly exited: Promise<EngineExit>;
  readonly #pid: number;
  readonly #logPath: string;
  readonly #clock: Clock;
  #exit: EngineExit | null = null;
  #killing: Promise<void> | null = null;

  constructor(child: ChildProcess, logPath: string, clock: Clock) {
    this.#pid = child.pid as number;
    this.id = `pid ${this.#pid}`;
    this.#logPath = logPath;
    this.#clock = clock;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  log({ signal }: { readonly signal?: AbortSignal } = {}): AsyncIterable<string> {
    const ended = this.exited;
    return tailLines({
      path: this.#logPath,
      ended,
      clock: this.#clock,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  kill(): Promise<void> {
    this.#killing ??= this.#kill();
    return this.#killing;
  }

  async #kill(): Promise<void> {
    if (this.#exit === null) {
      this.#signalGroup('SIGTERM');
      const timer = this.#clock.after(KILL_GRACE_MS, () => this.#signalGroup('SIGKILL'));
      await this.exited;
      timer.cancel();
    }
    // What the engine itself had started and left behind.
    this.#signalGroup('SIGKILL');
  }

  #signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function spawnDetached(options: LaunchEngineOptions, logFd: number): Promise<ChildProcess> {
  const { entry, context, nodeOptions = [] } = options;
  const main = entry instanceof URL ? fileURLToPath(entry) : entry;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeOptions, main], {
      cwd: context.workDir,
      detached: true,
      stdio: ['pipe', logFd, logFd],
      env: engineEnvironment({ inherited: process.env, own: options.env ?? {}, conf: options.request.conf }),
    });
    child.once('error', reject);
    child.once('spawn', () => {
      child.off('error', reject);
      child.on('error', (error) => context.logger.warn(`engine process ${child.pid}`, error));
      child.unref();
      resolve(child);
    });
  });
}

/** Standard input carries the spec and is then closed. A child that died before is reported by its exit. */
function handOver(child: ChildProcess, options: LaunchEngineOptions, warn: (problem: string) => void): void {
  const { type, request, context } = options;
  const { space, refId, user, conf, secret } = request;
  child.stdin?.on('error', (error) =>
    warn(`the spec did not reach process ${child.pid}: ${messageOf(error)}`),
  );
  child.stdin?.end(
    encodeEngineSpec({
      type,
      space,
      refId,
      user,
      conf,
      secret,
      version: options.version ?? version,
      workDir: context.workDir,
    }),
  );
}
