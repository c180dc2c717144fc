import { DuckDBDateValue } from '@duckdb/node-api';
import type { TextSink } from '../result/text-sink.ts';

/** 0001-01-01 and 9999-12-31 in days since the epoch: what `java.sql.Date.valueOf` reads. */
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;
const SECONDS_PER_DAY = 86_400;
const DASH = 45;
const COLON = 58;
const SPACE = 32;
const POINT = 46;
/** DuckDB's ±infinity of a DATE. */
const INFINITE_DAY = 2 ** 31 - 1;

/** `yyyy-MM-dd`; outside of years 1 to 9999 the text DuckDB itself would show. */
export function putDate(sink: TextSink, days: number): void {
  if (days < FIRST_DAY || days > LAST_DAY) {
    sink.put(farDate(days));
    return;
  }
  // Days are counted from 0000-03-01, so that the leap day ends a year of the count.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  sink.putDigits(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4);
  sink.putByte(DASH);
  sink.putDigits(month, 2);
  sink.putByte(DASH);
  sink.putDigits(dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1, 2);
}

function farDate(days: number): string {
  if (days === INFINITE_DAY) return 'infinity';
  if (days === -INFINITE_DAY) return '-infinity';
  return new DuckDBDateValue(days).toString();
}

/** `HH:mm:ss[.f…]` of `seconds` in a day, with `fraction` of `digits` digits, trailing zeros left out. */
export function putTime(sink: TextSink, seconds: number, fraction: number, digits: number): void {
  sink.putDigits(Math.floor(seconds / 3600), 2);
  sink.putByte(COLON);
  sink.putDigits(Math.floor(seconds / 60) % 60, 2);
  sink.putByte(COLON);
  sink.putDigits(seconds % 60, 2);
  if (fraction === 0) return;
  let rest = fraction;
  let width = digits;
  while (rest % 10 === 0) {
    rest /= 10;
    width--;
  }
  sink.putByte(POINT);
  sink.putDigits(rest, width);
}

/** `yyyy-MM-dd HH:mm:ss[.f…]`, which `java.sql.Timestamp.valueOf` reads. Wall-clock seconds since the epoch. */
export function putTimestamp(sink: TextSink, epochSeconds: number, fraction: number, digits: number): void {
  const days = Math.floor(epochSeconds / SECONDS_PER_DAY);
  putDate(sink, days);
  sink.putByte(SPACE);
  putTime(sink, epochSeconds - days * SECONDS_PER_DAY, fraction, digits);
}
