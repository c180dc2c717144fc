import type { Clock } from '../ports/clock.ts';

/** Waits for `work`, but no longer than `ms`; false when that was too short. Throws what `work` throws in time. */
export async function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  let giveUp: (isInTime: boolean) => void = () => {};
  const timeout = new Promise<boolean>((resolve) => {
    giveUp = resolve;
  });
  const timer = clock.after(ms, () => giveUp(false));
  try {
    return await Promise.race([work.then(() => true), timeout]);
  } finally {
    timer.cancel();
  }
}
