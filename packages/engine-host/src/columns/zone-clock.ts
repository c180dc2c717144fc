/** Zone rules change at multiples of this (a quarter of an hour), so one look-up serves all instants of a bucket. */
const BUCKET_SECONDS = 900;
/** A result over a century of half-hours stays below it; past it the cache starts anew. */
const MAX_BUCKETS = 65_536;

/** Wall clock of one time zone. */
export class ZoneClock {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat | null;
  readonly #offsets = new Map<number, number>();

  /** An unknown zone name counts as UTC: DuckDB knows zones (`Etc/…` aliases) that this runtime may not. */
  constructor(zone: string) {
    this.zone = zone;
    this.#format = zone === 'UTC' || zone === 'Etc/UTC' ? null : formatOf(zone);
  }

  /** Seconds to add to UTC at an instant, itself in seconds since the epoch. */
  offsetSeconds(epochSeconds: number): number {
    if (this.#format === null) return 0;
    const bucket = Math.floor(epochSeconds / BUCKET_SECONDS);
    const known = this.#offsets.get(bucket);
    if (known !== undefined) return known;
    if (this.#offsets.size >= MAX_BUCKETS) this.#offsets.clear();
    const offset = lookUp(this.#format, bucket * BUCKET_SECONDS);
    this.#offsets.set(bucket, offset);
    return offset;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
}

function lookUp(format: Intl.DateTimeFormat, epochSeconds: number): number {
  const date = new Date(epochSeconds * 1000);
  if (Number.isNaN(date.getTime())) return 0;
  const parts = new Map<string, string>();
  for (const part of format.formatToParts(date)) parts.set(part.type, part.value);
  const number = (type: string) => Number(parts.get(type));
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  const wall = new Date(0);
  wall.setUTCFullYear(year, number('month') - 1, number('day'));
  wall.setUTCHours(number('hour'), number('minute'), number('second'));
  return Math.round(wall.getTime() / 1000) - epochSeconds;
}
