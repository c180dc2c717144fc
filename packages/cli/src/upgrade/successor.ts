import type { Inheritance } from '@senbon/core';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { readiness, type Readiness } from '../daemon/readiness.ts';
import type { UpgradeRequest } from './protocol.ts';

/** Standard input, output, error and the channel by which it says that it serves come first. */
const FIRST_FD = 4;

/** Time to take its node away. */
const END_TIMEOUT_MS = 5_000;

/** The process that is to take this one's place, from its start until it serves. */
export class Successor {
  readonly #child: ChildProcess;
  readonly #readiness: Promise<Readiness>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    // From the first turn on: an error event that nobody hears would end the gateway.
    this.#readiness = readiness(child);
  }

  /** Throws what kept it from starting. */
  static async start(request: UpgradeRequest, inheritance: Inheritance): Promise<Successor> {
    const { command, args, cwd, env, logFile } = request;
    const sockets = inheritance.sockets.map((socket, index) => ({ ...socket, fd: FIRST_FD + index }));
    const inherit = JSON.stringify({ ...inheritance, sockets });
    const log = await open(logFile, 'a', 0o644);
    try {
      const child = spawn(command, [...args, '--inherit', inherit], {
        detached: true,
        cwd,
        env,
        stdio: ['ignore', log.fd, log.fd, 'ipc', ...inheritance.sockets.map(({ fd }) => fd)],
      });
      return new Successor(child);
    } finally {
      await log.close();
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Until it serves or has ended; one that has done neither in time, or when `signal` aborts, is ended. */
  async outcome(signal: AbortSignal): Promise<Readiness> {
    const giveUp = () => void this.end();
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    const outcome = await this.#readiness;
    signal.removeEventListener('abort', giveUp);
    if (outcome.kind === 'serves') this.#child.unref();
    else await this.end();
    return outcome;
  }

  /** It must end, when those that it serves have gone. */
  drain(): void {
    this.#child.kill('SIGTERM');
  }

  /** It must not serve. Resolves when it has ended; what does not obey in time is killed. */
  async end(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#child;
    if (exitCode !== null || signalCode !== null || pid === undefined) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_TIMEOUT_MS);
    await exit;
    clearTimeout(timer);
  }
}
