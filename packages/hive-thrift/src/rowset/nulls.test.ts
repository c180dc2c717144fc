import { describe, expect, it } from 'vitest';
import { hasNulls, isNull, nullsBytes, writeNulls } from './nulls.ts';

describe('NULL masks', () => {
  it('have the first row in the lowest bit', () => {
    const nulls = Uint8Array.of(0b0000_0101, 0b1000_0000);
    expect(
      Array.from({ length: 16 }, (_, row) => isNull(nulls, row)).flatMap((is, row) => (is ? [row] : [])),
    ).toEqual([0, 2, 15]);
  });

  it('are 0 where they are not', () => {
    expect(isNull(null, 3)).toBe(false);
    expect(isNull(Uint8Array.of(255), 8)).toBe(false);
    expect(isNull(new Uint8Array(0), 0)).toBe(false);
  });

  it('have nulls only within the rows', () => {
    expect(hasNulls(null, 5)).toBe(false);
    expect(hasNulls(Uint8Array.of(0, 0), 16)).toBe(false);
    expect(hasNulls(Uint8Array.of(0b1000), 3)).toBe(false);
    expect(hasNulls(Uint8Array.of(0b1000), 4)).toBe(true);
    expect(hasNulls(Uint8Array.of(0, 1), 8)).toBe(false);
    expect(hasNulls(Uint8Array.of(0, 1), 9)).toBe(true);
    expect(hasNulls(Uint8Array.of(128), 20)).toBe(true);
    expect(hasNulls(Uint8Array.of(255), 0)).toBe(false);
  });

  it.each([
    [null, 0, [0]],
    [null, 1000, [0]],
    [Uint8Array.of(), 0, [0]],
    [Uint8Array.of(255), 0, [0]],
    [Uint8Array.of(1), 20, [1, 0, 0]],
    [Uint8Array.of(255, 255), 8, [255]],
    [Uint8Array.of(255, 255), 11, [255, 7]],
  ])('%j of %i rows go as %j', (nulls, length, bytes) => {
    const out = Buffer.alloc(bytes.length + 2, 0xee);
    expect(nullsBytes(nulls, length)).toBe(bytes.length);
    writeNulls(out, 1, nulls, length);
    expect([...out]).toEqual([0xee, ...bytes, 0xee]);
  });
});
