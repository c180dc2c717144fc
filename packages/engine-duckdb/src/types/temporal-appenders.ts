import { putTime, type TextSink, type ZoneClock } from '@senbon/engine-host';
import type { AppenderFactory } from './column-appender.ts';
import { putDate, putTimestamp } from './date-text.ts';
import { textAppender } from './text-appender.ts';

/** DuckDB's ±infinity of TIMESTAMP types. */
const INFINITE_TICKS = 2n ** 63n - 1n;
const MICROS = { perSecond: 1_000_000, digits: 6 } as const;

export const dateAppender = textAppender((column, row, sink) => {
  putDate(sink, column.view(4).getInt32(row * 4, true));
});

/** TIME: microseconds of the day. */
export const timeAppender = textAppender((column, row, sink) => {
  putMicrosOfDay(sink, column.int64(row));
});

/** TIMESTAMP_S, _MS, plain (microseconds) and _NS: ticks since the epoch; `digits` of 0, 3, 6 or 9. */
export function timestampAppender(digits: 0 | 3 | 6 | 9): AppenderFactory {
  const perSecond = 10 ** digits;
  return textAppender((column, row, sink) => putTicks(sink, column.int64(row), { perSecond, digits }));
}

/** TIMESTAMP WITH TIME ZONE: an instant, shown as the wall clock of the session's zone, as Hive does. */
export function zonedTimestampAppender(clock: ZoneClock): AppenderFactory {
  return textAppender((column, row, sink) => putTicks(sink, column.int64(row), { ...MICROS, clock }));
}

interface TickUnit {
  readonly perSecond: number;
  readonly digits: number;
  readonly clock?: ZoneClock;
}

/** `ticks` since the epoch as `yyyy-MM-dd HH:mm:ss[.f…]`. */
export function putTicks(sink: TextSink, ticks: number | bigint, unit: TickUnit): void {
  const { perSecond, digits, clock } = unit;
  let seconds: number;
  let fraction: number;
  if (typeof ticks === 'number') {
    seconds = Math.floor(ticks / perSecond);
    fraction = ticks - seconds * perSecond;
  } else if (ticks === INFINITE_TICKS || ticks === -INFINITE_TICKS) {
    sink.put(ticks > 0n ? 'infinity' : '-infinity');
    return;
  } else {
    const per = BigInt(perSecond);
    const rest = ((ticks % per) + per) % per;
    fraction = Number(rest);
    seconds = Number((ticks - rest) / per);
  }
  putTimestamp(
    sink,
    clock === undefined ? seconds : seconds + clock.offsetSeconds(seconds),
    fraction,
    digits,
  );
}

function putMicrosOfDay(sink: TextSink, ticks: number | bigint): void {
  const micros = Number(ticks);
  const seconds = Math.floor(micros / MICROS.perSecond);
  putTime(sink, seconds, micros - seconds * MICROS.perSecond, MICROS.digits);
}
