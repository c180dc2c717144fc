import type { TextSink } from './text-sink.ts';

/** 0001-01-01 and 9999-12-31 in days since the epoch: what `java.sql.Date.valueOf` reads. */
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;
const DASH = 45;
const COLON = 58;
const POINT = 46;
const DAYS_PER_ERA = 146_097;

/** Whether `putDate` may be asked: years 1 to 9999. */
export function isFourDigitYear(days: number): boolean {
  return days >= FIRST_DAY && days <= LAST_DAY;
}

export interface CivilDate {
  /** 0 is the year before 1. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The day, counted from 1970-01-01, in the Gregorian calendar without a beginning. */
export function civilDate(days: number): CivilDate {
  // Days are counted from 0000-03-01, so that the leap day ends a year of the count.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
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
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

/** `yyyy-MM-dd`, for years 1 to 9999 (`isFourDigitYear`). */
export function putDate(sink: TextSink, days: number): void {
  const { year, month, day } = civilDate(days);
  sink.putDigits(year, 4);
  sink.putByte(DASH);
  sink.putDigits(month, 2);
  sink.putByte(DASH);
  sink.putDigits(day, 2);
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
