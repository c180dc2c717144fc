import type { Clock, Timer } from '@senbon/core';

/** Well below the hour after which Spark 3.5 forgets an unused session. */
const TOUCH_INTERVAL_MS = 60_000;
/**
 * Spark 3.5 keeps a hundred sessions in a cache of four parts and forgets the one of a full part that was unused longest:
 * so many openings since its last use, and a session is asked for before it is relied on.
 */
const RISKY_OPENINGS = 20;

/** A session that its server may forget. */
export interface Forgettable {
  /** Uses the session, so that others are forgotten before it. Never rejects. */
  touch(): Promise<void>;
}

/** The open sessions of a Spark that keeps no more than it likes, and cannot be told that one is closed. */
export class SessionRoster {
  readonly #sessions = new Set<Forgettable>();
  readonly #timer: Timer;
  #openings = 0;
  #isTouching = false;

  constructor(clock: Clock) {
    this.#timer = clock.every(TOUCH_INTERVAL_MS, () => void this.#touchAll());
  }

  /** How many sessions have been opened so far: a time to be compared with later ones. */
  get now(): number {
    return this.#openings;
  }

  add(session: Forgettable): void {
    this.#openings++;
    this.#sessions.add(session);
  }

  delete(session: Forgettable): void {
    this.#sessions.delete(session);
  }

  isRisky(lastUse: number): boolean {
    return this.#openings - lastUse >= RISKY_OPENINGS;
  }

  close(): void {
    this.#timer.cancel();
  }

  async #touchAll(): Promise<void> {
    if (this.#isTouching) return;
    this.#isTouching = true;
    try {
      for (const session of this.#sessions) await session.touch();
    } finally {
      this.#isTouching = false;
    }
  }
}
