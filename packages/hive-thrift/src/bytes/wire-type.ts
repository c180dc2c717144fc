import { ThriftProtocolError } from '../errors.ts';

/** Type codes of the binary protocol. */
export const WireType = {
  STOP: 0,
  BOOL: 2,
  I8: 3,
  DOUBLE: 4,
  I16: 6,
  I32: 8,
  I64: 10,
  STRING: 11,
  STRUCT: 12,
  MAP: 13,
  SET: 14,
  LIST: 15,
  UUID: 16,
} as const;
export type WireType = (typeof WireType)[keyof typeof WireType];

/** Bytes of a value of fixed size; 0 for the types whose size the value itself tells. */
const FIXED_BYTES = Uint8Array.of(0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 0, 0, 0, 0, 0, 16);
/** Fewest bytes any value of the type takes; 0 marks a code that is no type. */
const MIN_BYTES = Uint8Array.of(0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 4, 1, 6, 5, 5, 16);

/** 0 when the size varies. */
export function fixedBytes(type: number): number {
  return FIXED_BYTES[type] ?? 0;
}

/** Throws `bad-type` for a code that is no type, so that no caller loops over elements of zero size. */
export function minBytes(type: number): number {
  const bytes = MIN_BYTES[type] ?? 0;
  if (bytes === 0) throw new ThriftProtocolError('bad-type', `${type} is not a Thrift wire type`);
  return bytes;
}
