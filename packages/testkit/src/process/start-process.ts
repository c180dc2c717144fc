import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { RingBuffer } from './ring-buffer.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_STOP_MS = 10_000;
const PROBE_PAUSE_MS = 50;
/** Longest wait for the threads of a process to stop; also what it takes where there is no /proc to look. */
const STALL_MS = 200;
const MAX_OUTPUT_CHARS = 64 * 1024;
/** A line that never ends is matched by its newest part only. */
const MAX_LINE_CHARS = 16 * 1024;

export interface ProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** A pattern for one line of its output, or a question asked again and again until it is answered by true. */
  readonly ready?: RegExp | ((signal: AbortSignal) => Promise<boolean>);
  /** For getting ready. */
  readonly timeoutMs?: number;
  /** For failure texts; `command` when absent. */
  readonly name?: string;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child with all its descendants, which does not outlive this process, however that ends. */
export interface OwnedProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  readonly isRunning: boolean;
  /** The newest 64 Ki characters of stdout and stderr together. */
  output(): string;
  /** Resolves with the first line, old or new, that matches. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** SIGTERM, and SIGKILL when it has not ended after `graceMs`. */
  stop(graceMs?: number): Promise<ProcessExit>;
  /** SIGKILL to the whole process group. */
  kill(): Promise<ProcessExit>;
  /** SIGSTOP: it keeps its sockets and answers nothing. Resolves when it has really stopped. */
  stall(): Promise<void>;
  resume(): void;
}

/** Starts a process and waits until it is ready. Rejects with the end of its output when it is not, and ends it. */
export async function startProcess(options: ProcessOptions): Promise<OwnedProcess> {
  const child = new Child(options);
  try {
    await child.becomeReady();
    return child;
  } catch (error) {
    await child.kill();
    throw error;
  }
}

class Child implements OwnedProcess {
  readonly exited: Promise<ProcessExit>;
  readonly #options: ProcessOptions;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #guard: Guard;
  readonly #output = new RingBuffer(MAX_OUTPUT_CHARS);
  readonly #lineListeners = new Set<(line: string) => void>();
  #isRunning = true;
  #problem = '';

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#child = spawn(options.command, options.args ?? [], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its descendants can be ended with it.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) this.#read(stream);
    this.#guard = new Guard(this.#child.pid);
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#isRunning = false;
        this.#guard.release();
        resolve({ code, signal });
      };
      this.#child.once('error', (error) => {
        this.#problem = `: ${error.message}`;
        if (this.#child.pid === undefined) end(null, null);
      });
      // Not `close`: a descendant that keeps the pipes open would hide the end.
      this.#child.once('exit', end);
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  output(): string {
    return this.#output.toString();
  }

  async becomeReady(): Promise<void> {
    const { ready, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    if (ready === undefined) return;
    if (ready instanceof RegExp) await this.waitForLine(ready, timeoutMs);
    else await this.#probe(ready, timeoutMs);
  }

  async waitForLine(pattern: RegExp, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<string> {
    const seen = this.output()
      .split('\n')
      .find((line) => pattern.test(line));
    if (seen !== undefined) return seen;
    const over = new AbortController();
    let listener: ((line: string) => void) | undefined;
    const found = new Promise<string>((resolve) => {
      listener = (line) => {
        if (pattern.test(line)) resolve(line);
      };
      this.#lineListeners.add(listener);
    });
    try {
      return await Promise.race([found, this.#failure(`print ${String(pattern)}`, timeoutMs, over.signal)]);
    } finally {
      over.abort();
      if (listener !== undefined) this.#lineListeners.delete(listener);
    }
  }

  async stop(graceMs = DEFAULT_STOP_MS): Promise<ProcessExit> {
    this.#signal('SIGTERM');
    this.#signal('SIGCONT');
    const over = new AbortController();
    const late = delay(graceMs, null, { signal: over.signal }).catch(() => null);
    const exit = await Promise.race([this.exited, late]);
    over.abort();
    return exit === null ? this.kill() : this.#endGroup(exit);
  }

  async kill(): Promise<ProcessExit> {
    return this.#endGroup(await this.#killed());
  }

  async stall(): Promise<void> {
    this.#signal('SIGSTOP');
    const endsAt = performance.now() + STALL_MS;
    while (this.#isRunning && performance.now() < endsAt && !(await isStopped(this.pid))) await delay(1);
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #probe(probe: (signal: AbortSignal) => Promise<boolean>, timeoutMs: number): Promise<void> {
    const over = new AbortController();
    const asking = (async () => {
      while (!over.signal.aborted) {
        if (await probe(over.signal).catch(() => false)) return;
        await delay(PROBE_PAUSE_MS);
      }
    })();
    try {
      await Promise.race([asking, this.#failure('answer its probe', timeoutMs, over.signal)]);
    } finally {
      over.abort();
    }
  }

  /** Rejects when the process ends or the time is over; once `done` has aborted, nobody listens any more. */
  async #failure(task: string, timeoutMs: number, done: AbortSignal): Promise<never> {
    const name = this.#options.name ?? this.#options.command;
    const late = delay(timeoutMs, null, { signal: done }).catch(() => null);
    const exit = await Promise.race([this.exited, late]);
    const what =
      exit === null
        ? `did not ${task} within ${timeoutMs} ms`
        : `ended (code ${exit.code}, signal ${exit.signal}) before it could ${task}${this.#problem}`;
    throw new Error(`${name} ${what}. Its output:\n${this.output()}`);
  }

  #killed(): Promise<ProcessExit> {
    this.#signal('SIGKILL');
    return this.exited;
  }

  /** Its descendants may have outlived it. */
  #endGroup(exit: ProcessExit): ProcessExit {
    this.#signalGroup('SIGKILL');
    return exit;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#isRunning) this.#signalGroup(signal);
  }

  #signalGroup(signal: NodeJS.Signals): void {
    signalGroup(this.#child.pid, signal);
  }

  #read(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      this.#output.push(chunk);
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARS);
      for (const line of lines) for (const listener of this.#lineListeners) listener(line);
    });
    stream.on('error', () => undefined);
  }
}

/**
 * Ends the group when this process ends without having done so itself, even by SIGKILL: a shell waits for the end of
 * its input, which the system closes for the dead.
 */
class Guard {
  readonly #shell: ChildProcess;
  readonly #onExit: () => void;

  constructor(pid: number | undefined) {
    const script = 'read -r _ || kill -s KILL -- "-$1"';
    this.#shell = spawn('sh', ['-c', script, 'sh', String(pid ?? '')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.unref();
    (this.#shell.stdin as Socket | null)?.unref();
    this.#onExit = () => signalGroup(pid, 'SIGKILL');
    process.once('exit', this.#onExit);
  }

  release(): void {
    process.off('exit', this.#onExit);
    this.#shell.stdin?.end('\n');
  }
}

async function isStopped(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return /\) T /.test(stat);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
