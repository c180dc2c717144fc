import type { Clock, Timer } from '../ports/clock.ts';

interface Pending {
  readonly dueMs: number;
  readonly delayMs: number;
  readonly everyMs: number | null;
  readonly fn: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in order, in the turn of `advance`. */
export class FakeClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Pending>();
  readonly #watchers = new Set<() => void>();

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, fn: () => void): Timer {
    return this.#add({ dueMs: this.#nowMs + ms, delayMs: ms, everyMs: null, fn });
  }

  every(ms: number, fn: () => void): Timer {
    return this.#add({ dueMs: this.#nowMs + ms, delayMs: ms, everyMs: ms, fn });
  }

  /** Delays of the timers that are set, in the order they were set. */
  get delays(): readonly number[] {
    return [...this.#timers].map(({ delayMs }) => delayMs);
  }

  /** Resolves once a timer of this delay is set: the code under test has come to its wait. */
  async untilTimer(delayMs: number): Promise<void> {
    while (!this.delays.includes(delayMs)) {
      await new Promise<void>((resolve) => {
        this.#watchers.add(resolve);
      });
    }
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > untilMs) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      if (next.everyMs !== null) this.#timers.add(Object.assign(next, { dueMs: next.dueMs + next.everyMs }));
      next.fn();
    }
    this.#nowMs = untilMs;
  }

  #add(pending: Pending): Timer {
    this.#timers.add(pending);
    for (const wake of this.#watchers) wake();
    this.#watchers.clear();
    return { cancel: () => void this.#timers.delete(pending) };
  }
}
