import { describe, expect, it } from 'vitest';
import { Random } from '../testing/random.ts';
import { Accumulator } from './accumulator.ts';

describe('Accumulator', () => {
  it.each([1, 3, 1000, 5000])('puts chunks of %i bytes together', (chunkBytes) => {
    const whole = new Random(1).bytes(20_000);
    const accumulator = new Accumulator();
    for (let at = 0; at < whole.length; at += chunkBytes) {
      accumulator.append(whole.subarray(at, at + chunkBytes));
      expect(accumulator.length).toBe(Math.min(at + chunkBytes, whole.length));
    }
    expect(accumulator.bytes.equals(whole)).toBe(true);
  });

  it('starts anew after take, and leaves what was taken alone', () => {
    const accumulator = new Accumulator();
    accumulator.append(Buffer.from('first'));
    const taken = accumulator.take();
    expect(accumulator.length).toBe(0);
    accumulator.append(Buffer.from('SECOND'));
    expect(Buffer.from(taken).toString()).toBe('first');
    expect(accumulator.bytes.toString()).toBe('SECOND');
  });

  it('copies chunks, which sockets may reuse', () => {
    const accumulator = new Accumulator();
    const chunk = Buffer.from('abc');
    accumulator.append(chunk);
    chunk.fill(0);
    expect(accumulator.bytes.toString()).toBe('abc');
  });

  it('reserves little for a length that is only announced', () => {
    const accumulator = new Accumulator();
    accumulator.append(Buffer.from('x'), 1 << 30);
    expect(accumulator.bytes.buffer.byteLength).toBeLessThanOrEqual(1 << 20);
  });

  it('reserves a known length at once when it is not large', () => {
    const accumulator = new Accumulator();
    accumulator.append(Buffer.from('x'), 100_000);
    const { buffer } = accumulator.bytes;
    accumulator.append(Buffer.alloc(99_999), 100_000);
    expect(accumulator.bytes.buffer).toBe(buffer);
    expect(accumulator.length).toBe(100_000);
  });
});
