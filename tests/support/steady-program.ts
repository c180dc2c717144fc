import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const END_TIMEOUT_MS = 60_000;
const MAX_STDERR_CHARS = 4_000;

/**
 * Clients in a program of their own that do the same in a loop until its standard input ends. It prints `rounds N`, `failed
 * TEXT`, `raced N` and at last `over N`.
 */
export class SteadyProgram {
  readonly failures: string[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<unknown>;
  #rounds = 0;
  #races = 0;
  #stderr = '';
  #wake: () => void = () => {};

  constructor(command: string, args: readonly string[]) {
    const child = spawn(command, args);
    this.#child = child;
    this.#exit = once(child, 'exit').then(() => this.#wake());
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARS);
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#onLine(line));
  }

  /** Rounds that have ended well. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Opens that failed as the driver read a node that it had listed a moment before, and that was deleted meanwhile. */
  get races(): number {
    return this.#races;
  }

  /** Until there are as many, or something failed. */
  async reach(rounds: number, timeoutMs: number): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    signal.addEventListener('abort', () => this.#wake());
    while (this.#rounds < rounds && this.failures.length === 0) {
      if (signal.aborted) throw new Error(`${this.#rounds} of ${rounds} rounds in ${timeoutMs} ms`);
      if (this.#child.exitCode !== null) throw new Error(`the clients ended:\n${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Lets every client end its round. Idempotent. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => {
      this.failures.push(`the clients did not end within ${END_TIMEOUT_MS} ms`);
      this.#child.kill('SIGKILL');
    }, END_TIMEOUT_MS);
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#exit;
    clearTimeout(timer);
  }

  /** Drivers print on standard output too. */
  #onLine(line: string): void {
    const [, word, rest = ''] = /^(rounds|failed|raced|over) (.*)$/.exec(line) ?? [];
    if (word === undefined) return;
    if (word === 'failed') this.failures.push(rest);
    else if (word === 'raced') this.#races = Number(rest);
    else this.#rounds = Number(rest);
    this.#wake();
  }
}
