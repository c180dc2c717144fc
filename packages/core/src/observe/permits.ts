import type { Clock } from '../ports/clock.ts';

interface Waiting {
  readonly settle: (isGranted: boolean) => void;
}

export interface PermitWait {
  readonly timeoutMs: number;
  /** Ends the wait without a permit. */
  readonly signal?: AbortSignal;
  /** Called when there is a wait at all. */
  readonly onWait?: () => void;
}

/** At most so many at once; others wait in the order they came. Who waits is bounded by its caller. */
export class Permits {
  readonly limit: number;
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #taken = 0;

  constructor(limit: number, clock: Clock) {
    this.limit = limit;
    this.#clock = clock;
  }

  /** Resolves to what gives the permit back, once; to `null` when none could be had. */
  async acquire(wait: PermitWait): Promise<(() => void) | null> {
    if (this.#taken < this.limit) this.#taken++;
    else if (!(await this.#wait(wait))) return null;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#release();
    };
  }

  async #wait({ timeoutMs, signal, onWait }: PermitWait): Promise<boolean> {
    if (signal?.aborted === true) return false;
    onWait?.();
    let settle: (isGranted: boolean) => void = () => {};
    const settled = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const waiting: Waiting = { settle };
    this.#waiting.add(waiting);
    const giveUp = () => {
      if (this.#waiting.delete(waiting)) settle(false);
    };
    const timer = this.#clock.after(timeoutMs, giveUp);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await settled;
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** A permit goes straight to the next, so that a newcomer cannot overtake who waits. */
  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next.settle(true);
  }
}
