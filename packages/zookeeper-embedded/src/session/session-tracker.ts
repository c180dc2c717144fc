import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock, Timer } from '../clock.ts';

const PASSWORD_BYTES = 16;
/** A session whose client is gone lives on for its time-out; this bounds how many can be waiting. */
export const MAX_SESSIONS = 50_000;

export interface Session {
  readonly id: bigint;
  readonly password: Buffer;
  timeoutMs: number;
  deadlineMs: number;
}

export interface SessionTrackerOptions {
  readonly clock: Clock;
  readonly tickTimeMs: number;
  readonly onExpired: (session: Session) => void;
}

/**
 * Sessions and their deadlines. Deadlines are looked at once a tick, so a session ends between its time-out
 * and one tick later.
 *
 * A tick that comes much too late or too early says that this process (or the machine) was suspended, or
 * that somebody set the clock. Clients could not be heard meanwhile, so all of them get a whole time-out again.
 */
export class SessionTracker {
  readonly #options: SessionTrackerOptions;
  readonly #sessions = new Map<bigint, Session>();
  readonly #ticker: Timer;
  #nextId: bigint;
  #lastTickMs: number;

  constructor(options: SessionTrackerOptions) {
    this.#options = options;
    const nowMs = Math.floor(options.clock.now());
    // As Apache's: five bytes of time, then a counter. The highest byte would be the server's number.
    this.#nextId = ((BigInt(nowMs) << 24n) & 0xffff_ffff_ffff_ffffn) >> 8n;
    this.#lastTickMs = nowMs;
    this.#ticker = options.clock.every(options.tickTimeMs, () => this.#tick());
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Null when there are too many sessions. */
  create(timeoutMs: number): Session | null {
    if (this.#sessions.size >= MAX_SESSIONS) return null;
    const session: Session = {
      id: this.#nextId,
      password: randomBytes(PASSWORD_BYTES),
      timeoutMs,
      deadlineMs: this.#options.clock.now() + timeoutMs,
    };
    this.#nextId += 1n;
    this.#sessions.set(session.id, session);
    return session;
  }

  /** The session that a client wants back, if it is still there and the password is its own. */
  resume(id: bigint, password: Buffer | null, timeoutMs: number): Session | null {
    const session = this.#sessions.get(id);
    if (session === undefined || password?.length !== PASSWORD_BYTES) return null;
    if (!timingSafeEqual(session.password, password)) return null;
    session.timeoutMs = timeoutMs;
    this.touch(session);
    return session;
  }

  touch(session: Session): void {
    session.deadlineMs = this.#options.clock.now() + session.timeoutMs;
  }

  /** @returns false when it had ended before */
  remove(session: Session): boolean {
    return this.#sessions.delete(session.id);
  }

  close(): void {
    this.#ticker.cancel();
    this.#sessions.clear();
  }

  #tick(): void {
    const { clock, tickTimeMs, onExpired } = this.#options;
    const nowMs = clock.now();
    const skewMs = nowMs - this.#lastTickMs - tickTimeMs;
    this.#lastTickMs = nowMs;
    if (Math.abs(skewMs) > tickTimeMs) {
      for (const session of this.#sessions.values()) this.touch(session);
    }
    for (const session of this.#sessions.values()) {
      if (session.deadlineMs <= nowMs && this.remove(session)) onExpired(session);
    }
  }
}
