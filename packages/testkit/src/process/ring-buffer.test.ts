import { expect, it } from 'vitest';
import { RingBuffer } from './ring-buffer.ts';

it('keeps all while it fits', () => {
  const buffer = new RingBuffer(10);
  buffer.push('hello');
  buffer.push('there');
  expect(buffer.toString()).toBe('hellothere');
});

it('keeps the end, and says that something is missing', () => {
  const buffer = new RingBuffer(5);
  for (let i = 0; i < 1_000; i++) buffer.push(String(i % 10));
  buffer.push('end');
  expect(buffer.toString()).toBe('89end');
  buffer.push('a text that is longer than all of it');
  expect(buffer.toString()).toBe('…of it');
});
