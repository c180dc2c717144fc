import { TextSink } from '@senbon/engine-host';
import { expect, it } from 'vitest';
import { javaDouble } from './java-number.ts';
import { calendarIntervalText, dayTimeText, putDay, putMicros, yearMonthText } from './temporal-text.ts';
import { wallClock } from './wall-clock.ts';

function textOf(put: (sink: TextSink) => void): string {
  const sink = new TextSink(1);
  put(sink);
  return sink.bytes.toString('utf8', 0, sink.length);
}

it.each([
  [0, '1970-01-01'],
  [-1, '1969-12-31'],
  [-719_162, '0001-01-01'],
  [2_932_896, '9999-12-31'],
  [2_932_897, '+10000-01-01'],
  [-719_163, '0000-12-31'],
  [-719_529, '-0001-12-31'],
])('day %i is %s', (days, text) => {
  expect(textOf((sink) => putDay(sink, days))).toBe(text);
});

it.each([
  [0n, 'UTC', '1970-01-01 00:00:00'],
  [-1n, 'UTC', '1969-12-31 23:59:59.999999'],
  [1_709_210_096_789_120n, 'UTC', '2024-02-29 12:34:56.78912'],
  [1_709_210_096_000_000n, '+05:45', '2024-02-29 18:19:56'],
  [1_709_210_096_000_000n, 'GMT-3', '2024-02-29 09:34:56'],
  [1_709_210_096_000_000n, 'America/New_York', '2024-02-29 07:34:56'],
  [1_720_000_000_000_000n, 'America/New_York', '2024-07-03 05:46:40'],
])('%i microseconds in %s are %s', (micros, zone, text) => {
  const clock = wallClock(zone);
  expect(textOf((sink) => putMicros(sink, micros, (seconds) => clock.offsetSeconds(seconds)))).toBe(text);
});

it('writes intervals as Hive and Spark do', () => {
  expect([14, -14, 0, -1].map(yearMonthText)).toEqual(['1-2', '-1-2', '0-0', '-0-1']);
  expect(dayTimeText(93_784_500_000n)).toBe('1 02:03:04.500000000');
  expect(dayTimeText(-1n)).toBe('-0 00:00:00.000001000');
  expect(calendarIntervalText(14, 3, 14_706_500_000_000n)).toBe(
    '1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds',
  );
  expect(calendarIntervalText(0, 0, 0n)).toBe('0 seconds');
  expect(calendarIntervalText(-12, 0, -7_000_001_000n)).toBe('-1 years -7.000001 seconds');
});

it.each([
  [1, '1.0'],
  [-0, '-0.0'],
  [0, '0.0'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [9_999_999, '9999999.0'],
  [1e7, '1.0E7'],
  [1.25e300, '1.25E300'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
])('writes %f as Java does: %s', (value, text) => {
  expect(javaDouble(value)).toBe(text);
});
