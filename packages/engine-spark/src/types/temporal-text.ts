import { civilDate, isFourDigitYear, putDate, putTime, type TextSink } from '@senbon/engine-host';

const SPACE = 32;
const SECONDS_PER_DAY = 86_400;
const MICROS_PER_SECOND = 1_000_000;
const MICRO_DIGITS = 6;
const MONTHS_PER_YEAR = 12;
const NANOS_PER_MICRO = 1000;

/** `yyyy-MM-dd`; years that need it have a sign, as Java writes them. */
export function putDay(sink: TextSink, days: number): void {
  if (isFourDigitYear(days)) putDate(sink, days);
  else sink.put(farDay(days));
}

function farDay(days: number): string {
  const { year, month, day } = civilDate(days);
  const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${sign}${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** `yyyy-MM-dd HH:mm:ss[.f…]` of microseconds since the epoch on the wall clock that `offsetSeconds` makes. */
export function putMicros(
  sink: TextSink,
  micros: bigint,
  offsetSeconds: (epochSeconds: number) => number,
): void {
  const fraction = Number(((micros % 1_000_000n) + 1_000_000n) % 1_000_000n);
  const utc = Number((micros - BigInt(fraction)) / 1_000_000n);
  const seconds = utc + offsetSeconds(utc);
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  putDay(sink, days);
  sink.putByte(SPACE);
  putTime(sink, seconds - days * SECONDS_PER_DAY, fraction, MICRO_DIGITS);
}

/** Hive's `years-months`. */
export function yearMonthText(months: number): string {
  const size = Math.abs(months);
  return `${months < 0 ? '-' : ''}${Math.floor(size / MONTHS_PER_YEAR)}-${size % MONTHS_PER_YEAR}`;
}

/** Hive's `days hours:minutes:seconds.nanoseconds`. */
export function dayTimeText(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  const nanos = Number(size % 1_000_000n) * NANOS_PER_MICRO;
  const seconds = size / 1_000_000n;
  const [hours, minutes, rest] = [(seconds / 3600n) % 24n, (seconds / 60n) % 60n, seconds % 60n];
  const two = (value: bigint) => String(value).padStart(2, '0');
  const sign = micros < 0n ? '-' : '';
  const days = seconds / BigInt(SECONDS_PER_DAY);
  return `${sign}${days} ${two(hours)}:${two(minutes)}:${two(rest)}.${String(nanos).padStart(9, '0')}`;
}

/** Spark's own: `1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds`, without the parts that are 0. */
export function calendarIntervalText(months: number, days: number, nanos: bigint): string {
  const micros = Number(nanos / 1000n);
  const parts: string[] = [];
  const add = (value: number, unit: string) => {
    // -0 is a part that is 0.
    if (value !== 0) parts.push(`${value} ${unit}`);
  };
  add(Math.trunc(months / MONTHS_PER_YEAR), 'years');
  add(months % MONTHS_PER_YEAR, 'months');
  add(days, 'days');
  const perHour = 3600 * MICROS_PER_SECOND;
  const perMinute = 60 * MICROS_PER_SECOND;
  add(Math.trunc(micros / perHour), 'hours');
  add(Math.trunc((micros % perHour) / perMinute), 'minutes');
  const rest = micros % perMinute;
  if (rest !== 0) parts.push(`${secondsText(rest)} seconds`);
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
}

function secondsText(micros: number): string {
  const size = Math.abs(micros);
  const fraction = String(size % MICROS_PER_SECOND)
    .padStart(MICRO_DIGITS, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(size / MICROS_PER_SECOND);
  return `${micros < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
