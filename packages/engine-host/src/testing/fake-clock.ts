import type { Clock, Timer } from '@senbon/core';

interface Entry {
  readonly fn: () => void;
  readonly everyMs: number | null;
  dueMs: number;
}

/** Time that stands still until it is moved. */
export class FakeClock implements Clock {
  readonly #entries = new Set<Entry>();
  #nowMs = 1_700_000_000_000;

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, fn: () => void): Timer {
    return this.#add({ fn, everyMs: null, dueMs: this.#nowMs + ms });
  }

  every(ms: number, fn: () => void): Timer {
    return this.#add({ fn, everyMs: ms, dueMs: this.#nowMs + ms });
  }

  get pending(): number {
    return this.#entries.size;
  }

  /** Fires what falls due, in order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#entries].filter((e) => e.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      if (next.everyMs === null) this.#entries.delete(next);
      else next.dueMs += next.everyMs;
      next.fn();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }

  #add(entry: Entry): Timer {
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }
}

/** Lets pending promise reactions, and what they start, run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
