import { expect, it } from 'vitest';
import { createHandle, guidOf, idOf, isSameSecret } from './handle.ts';

it('never makes the same handle twice, and a secret for each', () => {
  const [a, b] = [createHandle(), createHandle()];
  expect(a.id).not.toBe(b.id);
  expect(a.guid).toHaveLength(16);
  expect(a.secret).toHaveLength(16);
  expect(Buffer.from(a.secret).equals(b.secret)).toBe(false);
});

it('writes a guid as a UUID, most significant byte first, and back', () => {
  const id = '00112233-4455-6677-8899-aabbccddeeff';
  expect([...guidOf(id)]).toEqual([
    0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
  ]);
  expect(idOf(guidOf(id))).toBe(id);
  const handle = createHandle();
  expect(idOf(handle.guid)).toBe(handle.id);
});

it('reads a guid that is a view into something larger', () => {
  const bytes = new Uint8Array(40).fill(9);
  bytes.set(guidOf('00112233-4455-6677-8899-aabbccddeeff'), 7);
  expect(idOf(bytes.subarray(7, 23))).toBe('00112233-4455-6677-8899-aabbccddeeff');
});

it('compares secrets of any length', () => {
  const a = new Uint8Array(16).fill(1);
  expect(isSameSecret(a, Uint8Array.from(a))).toBe(true);
  expect(isSameSecret(a, new Uint8Array(16))).toBe(false);
  expect(isSameSecret(a, a.subarray(1))).toBe(false);
  expect(isSameSecret(a, new Uint8Array(0))).toBe(false);
});
