import { describe, expect, it } from 'vitest';
import { Random } from '../testing/random.ts';
import { ByteCopier } from './byte-copier.ts';

describe('ByteCopier', () => {
  const lengths = [...Array(20).keys(), 63, 64, 65, 127, 128, 129, 130, 1000];

  it.each(lengths)('copies %i bytes and no other', (bytes) => {
    const source = new Random(bytes).bytes(bytes + 7);
    const target = Buffer.alloc(bytes + 9, 0xee);
    new ByteCopier(source, target).copy(3, 5, bytes);
    expect(target.subarray(5, 5 + bytes).equals(source.subarray(3, 3 + bytes))).toBe(true);
    expect([...target.subarray(0, 5), ...target.subarray(5 + bytes)]).toEqual(Array(9).fill(0xee));
  });

  it('works on parts of larger memory', () => {
    const memory = new Uint8Array(100).map((_, i) => i);
    const source = memory.subarray(10, 20);
    const target = memory.subarray(50, 60);
    new ByteCopier(source, target).copy(0, 1, 9);
    expect([...memory.subarray(49, 62)]).toEqual([49, 50, 10, 11, 12, 13, 14, 15, 16, 17, 18, 60, 61]);
  });

  it('writes lengths big endian', () => {
    const target = Buffer.alloc(6);
    new ByteCopier(Buffer.alloc(0), target).putLength(1, 0x01020304);
    expect([...target]).toEqual([0, 1, 2, 3, 4, 0]);
  });
});
