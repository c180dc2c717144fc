import { expect, it } from 'vitest';
import { OperationLog } from './operation-log.ts';

it('is read once by going on, again from the start', () => {
  const log = new OperationLog();
  log.append('a\nb');
  expect(log.read(1, false)).toEqual(['a']);
  log.append('c');
  expect(log.read(10, false)).toEqual(['b', 'c']);
  expect(log.read(10, false)).toEqual([]);
  expect(log.read(2, true)).toEqual(['a', 'b']);
  expect(log.read(10, false)).toEqual(['c']);
});

it('keeps the latest lines and says how many are gone', () => {
  const log = new OperationLog();
  for (let i = 0; i < 20_000; i++) log.append(`line ${i}`);
  const lines = log.read(100_000, false);
  expect(lines[0]).toBe('(15000 older lines are no longer kept)');
  expect(lines[1]).toBe('line 15000');
  expect(lines).toHaveLength(5001);
  expect(log.read(3, true)).toEqual(['(15000 older lines are no longer kept)', 'line 15000', 'line 15001']);
  expect(log.read(1, false)).toEqual(['line 15002']);
});

it('bounds characters too, and cuts long lines', () => {
  const log = new OperationLog();
  for (let i = 0; i < 200; i++) log.append('x'.repeat(100_000));
  const lines = log.read(1000, true);
  expect(lines.reduce((sum, line) => sum + line.length, 0)).toBeLessThanOrEqual(1024 * 1024 + 100);
  expect(lines.at(-1)).toHaveLength(16 * 1024 + 1);
});

it('loses no line between two reads that keep up', () => {
  const log = new OperationLog();
  const seen: string[] = [];
  for (let i = 0; i < 30_000; i++) {
    log.append(String(i));
    if (i % 100 === 99) seen.push(...log.read(100, false));
  }
  expect(seen).toHaveLength(30_000);
  expect(seen.at(-1)).toBe('29999');
});
