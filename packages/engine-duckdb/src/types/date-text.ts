import { DuckDBDateValue } from '@duckdb/node-api';
import { isFourDigitYear, putDate as putCivilDate, putTime, type TextSink } from '@senbon/engine-host';

const SECONDS_PER_DAY = 86_400;
const SPACE = 32;
/** DuckDB's ±infinity of a DATE. */
const INFINITE_DAY = 2 ** 31 - 1;

/** `yyyy-MM-dd`; outside of years 1 to 9999 the text DuckDB itself would show. */
export function putDate(sink: TextSink, days: number): void {
  if (isFourDigitYear(days)) putCivilDate(sink, days);
  else sink.put(farDate(days));
}

function farDate(days: number): string {
  if (days === INFINITE_DAY) return 'infinity';
  if (days === -INFINITE_DAY) return '-infinity';
  return new DuckDBDateValue(days).toString();
}

/** `yyyy-MM-dd HH:mm:ss[.f…]`, which `java.sql.Timestamp.valueOf` reads. Wall-clock seconds since the epoch. */
export function putTimestamp(sink: TextSink, epochSeconds: number, fraction: number, digits: number): void {
  const days = Math.floor(epochSeconds / SECONDS_PER_DAY);
  putDate(sink, days);
  sink.putByte(SPACE);
  putTime(sink, epochSeconds - days * SECONDS_PER_DAY, fraction, digits);
}
