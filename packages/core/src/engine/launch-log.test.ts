import { expect, it } from 'vitest';
import { LaunchLog } from './launch-log.ts';

it('tells a late follower what was written before, and all that comes until it leaves', () => {
  const log = new LaunchLog();
  log.append('one');
  const seen: string[] = [];
  const unfollow = log.follow((line) => seen.push(line));
  log.append('two');
  unfollow();
  log.append('three');
  expect(seen).toEqual(['one', 'two']);
});

it('keeps the last thousand lines', () => {
  const log = new LaunchLog();
  for (let line = 1; line <= 1_200; line++) log.append(String(line));
  const seen: string[] = [];
  log.follow((line) => seen.push(line));
  expect(seen).toHaveLength(1_000);
  expect(seen[0]).toBe('201');
});

it('quotes the last lines, and of those the last characters', () => {
  const log = new LaunchLog();
  for (const line of ['a', 'bb', 'ccc']) log.append(line);
  expect(log.tail(2, 100)).toBe('bb\nccc');
  expect(log.tail(2, 5)).toBe('…\nccc');
  expect(log.tail(2, 5)).toHaveLength(5);
  expect(new LaunchLog().tail(10, 100)).toBe('');
});

it('cuts a line that never ends', () => {
  const log = new LaunchLog();
  log.append('x'.repeat(1_000_000));
  const seen: string[] = [];
  log.follow((line) => seen.push(line));
  expect(seen[0]?.length).toBeLessThan(10_000);
});
