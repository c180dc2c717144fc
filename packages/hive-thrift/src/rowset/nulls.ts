/** Bit `row` of a mask; bits that are not there are 0. */
export function isNull(nulls: Uint8Array | null, row: number): boolean {
  return nulls !== null && (((nulls[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 1;
}

/** True when some of the first `length` rows is NULL. */
export function hasNulls(nulls: Uint8Array | null, length: number): boolean {
  if (nulls === null) return false;
  const whole = Math.min(nulls.length, length >>> 3);
  for (let i = 0; i < whole; i++) if (nulls[i] !== 0) return true;
  return ((nulls[length >>> 3] ?? 0) & ((1 << (length & 7)) - 1)) !== 0;
}

/** Bytes of the mask on the wire: all bits, and one byte at least, as Hive's server sends it. */
export function nullsBytes(nulls: Uint8Array | null, length: number): number {
  return nulls === null ? 1 : Math.max(1, (length + 7) >>> 3);
}

/** Writes the mask with the bits behind the last row cleared. */
export function writeNulls(out: Uint8Array, at: number, nulls: Uint8Array | null, length: number): void {
  const bytes = nullsBytes(nulls, length);
  for (let i = 0; i < bytes; i++) out[at + i] = nulls?.[i] ?? 0;
  if (nulls === null) return;
  const used = length - (bytes - 1) * 8;
  if (used < 8) out[at + bytes - 1] = (out[at + bytes - 1] as number) & ((1 << used) - 1);
}
