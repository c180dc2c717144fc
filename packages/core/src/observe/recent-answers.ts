import type { Clock } from '../ports/clock.ts';

export interface RecentAnswersOptions<T> {
  readonly keptMs: number;
  /** Further ones take the place of the oldest. */
  readonly maxKept: number;
  /** False for an answer that is looked for again the next time, as a failure always is; all are kept when absent. */
  readonly isLasting?: (answer: T) => boolean;
  readonly clock: Clock;
}

interface Kept<T> {
  readonly atMs: number;
  readonly answer: Promise<T>;
}

/** Answers by name: each is asked for once at a time, and kept for a while. */
export class RecentAnswers<T> {
  readonly #options: RecentAnswersOptions<T>;
  readonly #kept = new Map<string, Kept<T>>();

  constructor(options: RecentAnswersOptions<T>) {
    this.#options = options;
  }

  /** The one that is kept or on its way, else that of `ask`. Rejects as `ask` does. */
  get(name: string, ask: () => Promise<T>): Promise<T> {
    const { keptMs, isLasting = () => true, clock } = this.#options;
    const present = this.#kept.get(name);
    if (present !== undefined && clock.now() - present.atMs < keptMs) return present.answer;
    const made: Kept<T> = { atMs: clock.now(), answer: ask() };
    this.#keep(name, made);
    const forget = () => {
      if (this.#kept.get(name) === made) this.#kept.delete(name);
    };
    made.answer.then((answer) => {
      if (!isLasting(answer)) forget();
    }, forget);
    return made.answer;
  }

  #keep(name: string, made: Kept<T>): void {
    this.#kept.delete(name);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= this.#options.maxKept && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, made);
  }
}
