import type { Clock, Timer } from '../clock.ts';

interface Pending {
  readonly fn: () => void;
  readonly everyMs: number | null;
  dueMs: number;
}

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  readonly #pending = new Set<Pending>();
  #nowMs: number;

  constructor(nowMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, fn: () => void): Timer {
    return this.#schedule({ fn, everyMs: null, dueMs: this.#nowMs + ms });
  }

  every(ms: number, fn: () => void): Timer {
    return this.#schedule({ fn, everyMs: ms, dueMs: this.#nowMs + ms });
  }

  /** Moves on, running what falls due on the way, in order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#nowMs = next.dueMs;
      if (next.everyMs === null) this.#pending.delete(next);
      else next.dueMs += next.everyMs;
      next.fn();
    }
    this.#nowMs = endMs;
  }

  /** The time changes while nothing could run, as when a machine was suspended or its clock was set. */
  jump(ms: number): void {
    this.#nowMs += ms;
    for (const pending of this.#pending) if (ms < 0) pending.dueMs += ms;
  }

  #next(endMs: number): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.dueMs <= endMs && (next === undefined || pending.dueMs < next.dueMs)) next = pending;
    }
    // What is overdue after a jump runs now, not in the past.
    if (next !== undefined && next.dueMs < this.#nowMs) next.dueMs = this.#nowMs;
    return next;
  }

  #schedule(pending: Pending): Timer {
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }
}
