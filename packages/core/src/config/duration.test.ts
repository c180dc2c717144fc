import { expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

it.each([
  ['0', 0],
  ['15000', 15_000],
  [' 15000 ', 15_000],
  ['-1', -1],
  ['PT15S', 15_000],
  ['pt15s', 15_000],
  ['PT0.5S', 500],
  ['PT0S', 0],
  ['PT3H', 10_800_000],
  ['PT1H30M15S', 5_415_000],
  ['P30D', 2_592_000_000],
  ['P1DT2H', 93_600_000],
  ['PT72H', 259_200_000],
  ['-PT1M', -60_000],
])('reads %j as %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  '',
  'P',
  'PT',
  'P1DT',
  'T15S',
  '15S',
  '15s',
  '1.5',
  'PT15',
  'PTS',
  'PT1S1H',
  'P1Y',
  'P1M',
  '10 min',
  'abc',
])('refuses %j', (text) => {
  expect(parseDuration(text)).toBeNull();
});

it.each([
  [0, 'PT0S'],
  [500, 'PT0.5S'],
  [15_000, 'PT15S'],
  [60_000, 'PT1M'],
  [5_415_000, 'PT1H30M15S'],
  [2_592_000_000, 'PT720H'],
])('writes %d ms as %s, which reads back', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
  expect(parseDuration(text)).toBe(ms);
});
