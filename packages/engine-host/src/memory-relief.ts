import { type Clock, IdleGrowth, type Timer } from '@senbon/core';

export interface EngineReliefOptions {
  /** Sessions that have ended so far. */
  readonly endedSessions: () => number;
  /** All that the process has in memory. */
  readonly residentBytes: () => number;
  /** A full collection: a few tens of milliseconds in an engine, whose data is not V8's. */
  readonly collect: () => void;
  readonly clock: Clock;
}

const CHECK_INTERVAL_MS = 2_000;

/**
 * Has the JavaScript objects of an engine collected when it rests with much in memory. Results and chunks of a native
 * library go with the objects that stand for them, and V8 sees only these, which are small: four clients that vanish in
 * the middle of a large result would leave 400 MiB behind. Ends when the timer is cancelled.
 */
export function relieveEngine({ endedSessions, residentBytes, collect, clock }: EngineReliefOptions): Timer {
  const growth = new IdleGrowth(residentBytes());
  let ended = 0;
  return clock.every(CHECK_INTERVAL_MS, () => {
    const before = ended;
    ended = endedSessions();
    if (ended > before) growth.reconsider();
    if (growth.isRipe(residentBytes(), clock.now())) collect();
  });
}
