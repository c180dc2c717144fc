import { ZoneClock } from '@senbon/engine-host';

export interface WallClock {
  /** Seconds to add to UTC at an instant, itself in seconds since the epoch. */
  offsetSeconds(epochSeconds: number): number;
}

const MAX_CLOCKS = 64;
const clocks = new Map<string, WallClock>();

/** The clock of a zone as Spark names it: a region, or an offset such as `+02:00`, `GMT+8`, `UTC-3:30`. */
export function wallClock(zone: string | null): WallClock {
  const name = zone ?? 'UTC';
  const known = clocks.get(name);
  if (known !== undefined) return known;
  const fixed = offsetOf(name);
  const clock = fixed === null ? new ZoneClock(name) : { offsetSeconds: () => fixed };
  if (clocks.size >= MAX_CLOCKS) clocks.clear();
  clocks.set(name, clock);
  return clock;
}

function offsetOf(zone: string): number | null {
  if (zone === 'Z') return 0;
  const [, sign, hours, minutes = '0', seconds = '0'] =
    /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/.exec(zone) ?? [];
  if (sign === undefined) return null;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -total : total;
}
