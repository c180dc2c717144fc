import type { Clock } from '../ports/clock.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    // Node fires at once for a delay that does not fit 32 bits, so such a delay ends at the largest that does (24 days).
    const timer = setTimeout(fn, Math.min(ms, 0x7fff_ffff)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every(ms, fn) {
    const timer = setInterval(fn, Math.min(ms, 0x7fff_ffff)).unref();
    return { cancel: () => clearInterval(timer) };
  },
};
