import { endianness } from 'node:os';
import { WireType } from '../bytes/wire-type.ts';
import type { ColumnKind } from './column.ts';

/** Where a kind of column stands in the unions TColumn and TColumnValue, and what its elements are on the wire. */
export interface ColumnLayout {
  readonly kind: ColumnKind;
  readonly fieldId: number;
  readonly wireType: WireType;
  /** 0 for strings and binary. */
  readonly valueBytes: number;
}

export const columnLayouts: Readonly<Record<ColumnKind, ColumnLayout>> = {
  bool: { kind: 'bool', fieldId: 1, wireType: WireType.BOOL, valueBytes: 1 },
  i8: { kind: 'i8', fieldId: 2, wireType: WireType.I8, valueBytes: 1 },
  i16: { kind: 'i16', fieldId: 3, wireType: WireType.I16, valueBytes: 2 },
  i32: { kind: 'i32', fieldId: 4, wireType: WireType.I32, valueBytes: 4 },
  i64: { kind: 'i64', fieldId: 5, wireType: WireType.I64, valueBytes: 8 },
  double: { kind: 'double', fieldId: 6, wireType: WireType.DOUBLE, valueBytes: 8 },
  string: { kind: 'string', fieldId: 7, wireType: WireType.STRING, valueBytes: 0 },
  binary: { kind: 'binary', fieldId: 8, wireType: WireType.STRING, valueBytes: 0 },
};

export const layoutsByFieldId: readonly (ColumnLayout | undefined)[] = [
  undefined,
  ...Object.values(columnLayouts),
];

const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** Turns values of `valueBytes` each between the host's order and the wire's, in place. */
export function swapBytes(bytes: Buffer, valueBytes: number): void {
  if (!IS_LITTLE_ENDIAN) return;
  if (valueBytes === 8) bytes.swap64();
  else if (valueBytes === 4) bytes.swap32();
  else if (valueBytes === 2) bytes.swap16();
}
