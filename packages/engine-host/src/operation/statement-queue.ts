import { SenbonError } from '@senbon/core';

export interface StatementQueueOptions {
  /** Statements that run at once. */
  readonly maxRunning: number;
  /** Statements that wait for their turn beyond those. */
  readonly maxWaiting: number;
}

/** Lets a bounded number of statements run, in order of arrival, and a bounded number wait. */
export class StatementQueue {
  readonly #options: StatementQueueOptions;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(options: StatementQueueOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Throws ENGINE_REFUSED when a further statement would neither run nor find room to wait. */
  assertRoom(engine: string): void {
    const { maxRunning, maxWaiting } = this.#options;
    if (this.#running < maxRunning || this.#waiting.size < maxWaiting) return;
    const problem = `${this.#running} statements run and ${this.#waiting.size} wait already (kyuubi.backend.engine.exec.pool.size, kyuubi.backend.engine.exec.pool.wait.queue.size); try again later`;
    // 53000: the SQL state of insufficient resources, where 08004 would say that the session is refused.
    throw new SenbonError('ENGINE_REFUSED', { engine, problem }, { sqlState: '53000' });
  }

  /** Resolves with the function that gives the place back. Rejects with OPERATION_CANCELED when `signal` aborts. */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#running < this.#options.maxRunning) this.#running++;
    else await this.#wait(signal);
    let isHeld = true;
    return () => {
      if (isHeld) this.#leave();
      isHeld = false;
    };
  }

  /**
   * Takes a place without waiting, beyond the bound if need be: a statement that has rows goes on being read, and those
   * that wait wait for it too. Returns the function that gives the place back.
   */
  occupy(): () => void {
    this.#running++;
    return () => this.#leave();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.delete(admit);
        reject(new SenbonError('OPERATION_CANCELED'));
      };
      const admit = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      if (signal.aborted) return reject(new SenbonError('OPERATION_CANCELED'));
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(admit);
    });
  }

  /** Hands the place on, so that nobody can slip in between; one beyond the bound is nobody's. */
  #leave(): void {
    if (this.#running > this.#options.maxRunning) {
      this.#running--;
      return;
    }
    for (const admit of this.#waiting) {
      this.#waiting.delete(admit);
      admit();
      return;
    }
    this.#running--;
  }
}
