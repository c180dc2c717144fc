/** A lock that somebody holds and that is watched over. */
export interface Held {
  /** Aborts when it is lost. */
  readonly signal: AbortSignal;
  lose(why: string): void;
  release(): Promise<void>;
}

/** The locks that a client holds at present. */
export class HeldLocks<Lock extends Held> {
  readonly #held = new Set<Lock>();

  /** Runs `fn` while `lock` is held, and gives it back. */
  async during<T>(lock: Lock, fn: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#held.add(lock);
    try {
      return await fn(lock.signal);
    } finally {
      this.#held.delete(lock);
      await lock.release();
    }
  }

  /** Takes them from those who hold them. Returns which. */
  loseAll(why: string): readonly Lock[] {
    const all = [...this.#held];
    for (const lock of all) lock.lose(why);
    return all;
  }
}
