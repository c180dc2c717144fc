import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from '../support/gateway.ts';
import { type Client, openSession, query } from '../support/hive.ts';

/** Between two rounds, so that the machine has time for those it watches. */
const PAUSE_MS = 50;
const MAX_FAILURES = 20;

export interface Figures {
  readonly rounds: number;
  /** Of a round, also of the one that is not over. */
  readonly longestMs: number;
  readonly failures: readonly string[];
}

/** The same again and again until it is told to stop, whatever fails. */
export class Loop {
  readonly #round: () => Promise<void>;
  readonly #work: Promise<void>;
  #isOver = false;
  #rounds = 0;
  #beganMs = performance.now();
  #longestMs = 0;
  #failures: string[] = [];
  #waiters: (() => void)[] = [];

  constructor(round: () => Promise<void>) {
    this.#round = round;
    this.#work = this.#run();
  }

  /** Figures since the last time it was asked. */
  take(): Figures {
    const nowMs = performance.now();
    const longestMs = Math.round(Math.max(this.#longestMs, nowMs - this.#beganMs));
    const figures = { rounds: this.#rounds, longestMs, failures: this.#failures };
    this.#rounds = 0;
    this.#longestMs = 0;
    this.#failures = [];
    return figures;
  }

  /** Resolves when a round that began after this call has ended well; rejects when none does in time. */
  async onceMore(timeoutMs: number): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    // The next to end well may have begun before.
    for (let left = 2; left > 0; left--) {
      await new Promise<void>((resolve, reject) => {
        this.#waiters.push(resolve);
        signal.addEventListener('abort', () => reject(new Error(`no good round in ${timeoutMs} ms`)));
      });
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#work;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.#beganMs = performance.now();
      try {
        await this.#round();
        this.#rounds++;
        for (const wake of this.#waiters.splice(0)) wake();
      } catch (error) {
        if (this.#failures.length < MAX_FAILURES) this.#failures.push(String(error));
      }
      this.#longestMs = Math.max(this.#longestMs, performance.now() - this.#beganMs);
      await delay(PAUSE_MS);
      this.#beganMs = performance.now();
    }
  }
}

export type KeptSession = Loop & { close(): Promise<void> };

/** Queries in one session that was there before. */
export async function keptSession(address: Address, user: string): Promise<KeptSession> {
  const client = await openSession(address, user);
  await query(client.session, 'CREATE TEMP TABLE mine AS SELECT 41 AS x');
  const loop = new Loop(async () => {
    const rows = await query(client.session, 'SELECT x + 1 FROM mine');
    if (rows[0]?.[0] !== 42) throw new Error(`got ${JSON.stringify(rows)} for 42`);
  });
  return Object.assign(loop, {
    close: async () => {
      await loop.stop();
      await client.close();
    },
  });
}

/** Opens a session, queries, closes it. */
export const newSessions = (address: Address, user: string): Loop =>
  new Loop(async () => {
    const client: Client = await openSession(address, user);
    try {
      await query(client.session, 'SELECT 1');
    } finally {
      await client.close();
    }
  });
