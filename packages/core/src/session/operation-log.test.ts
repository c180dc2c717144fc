import { expect, it } from 'vitest';
import { OperationLog } from './operation-log.ts';

function logOf(...lines: string[]): OperationLog {
  const log = new OperationLog();
  for (const line of lines) log.append(line);
  return log;
}

it('goes on where the reader was', () => {
  const log = logOf('a', 'b', 'c');
  expect(log.read(2, false)).toEqual(['a', 'b']);
  expect(log.read(2, false)).toEqual(['c']);
  expect(log.read(2, false)).toEqual([]);
  log.append('d');
  expect(log.read(2, false)).toEqual(['d']);
});

it('starts over when asked', () => {
  const log = logOf('a', 'b', 'c');
  log.read(3, false);
  expect(log.read(2, true)).toEqual(['a', 'b']);
  expect(log.read(5, false)).toEqual(['c']);
});

it('drops the oldest lines, and a reader that lags goes on with what is left', () => {
  const log = new OperationLog();
  for (let line = 1; line <= 10; line++) log.append(String(line));
  expect(log.read(5, false)).toEqual(['1', '2', '3', '4', '5']);
  for (let line = 11; line <= 10_020; line++) log.append(String(line));
  expect(log.read(2, false)).toEqual(['21', '22']);
  expect(log.read(1, true)).toEqual(['21']);
});

it.each([0, -1, -5])('gives nothing for %d lines, and loses none', (maxLines) => {
  const log = logOf('a', 'b');
  expect(log.read(maxLines, false)).toEqual([]);
  expect(log.read(10, false)).toEqual(['a', 'b']);
});
