import { expect, it } from 'vitest';
import { RequestMemory, UNCOUNTED_BYTES } from './request-memory.ts';

const MEBIBYTE = 1_048_576;
const busy = expect.objectContaining({ code: 'SERVER_BUSY' });

it('refuses who would exceed it, and takes the next when there is room again', () => {
  const memory = new RequestMemory(10 * MEBIBYTE, 'a.key');
  const [first, second] = [memory.open(), memory.open()];
  first.set(6 * MEBIBYTE);
  second.set(4 * MEBIBYTE);
  expect(() => second.set(4 * MEBIBYTE + 1)).toThrow(busy);
  expect(memory.heldBytes).toBe(10 * MEBIBYTE);
  first.set(0);
  second.set(10 * MEBIBYTE);
  expect(memory.heldBytes).toBe(10 * MEBIBYTE);
  second.set(0);
  expect(memory.heldBytes).toBe(0);
});

it('does not count small requests, and takes them always', () => {
  const memory = new RequestMemory(MEBIBYTE, 'a.key');
  const large = memory.open();
  large.set(MEBIBYTE);
  const small = memory.open();
  small.set(UNCOUNTED_BYTES);
  expect(memory.heldBytes).toBe(MEBIBYTE);
  expect(() => small.set(UNCOUNTED_BYTES + 1)).toThrow(busy);
  expect(small.bytes).toBe(UNCOUNTED_BYTES);
  small.set(0);
  expect(memory.heldBytes).toBe(MEBIBYTE);
});

it('lets a share shrink even when all is taken', () => {
  const memory = new RequestMemory(MEBIBYTE, 'a.key');
  const share = memory.open();
  share.set(MEBIBYTE);
  share.set(MEBIBYTE - 1);
  expect(memory.heldBytes).toBe(MEBIBYTE - 1);
});
