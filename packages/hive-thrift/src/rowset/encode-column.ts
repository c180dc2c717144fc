import { Buffer } from 'node:buffer';
import { ByteCopier } from '../bytes/byte-copier.ts';
import { WireType } from '../bytes/wire-type.ts';
import type { ColumnVector, VariableColumn } from './column.ts';
import { columnLayouts, swapBytes } from './layout.ts';
import { hasNulls, isNull, nullsBytes, writeNulls } from './nulls.ts';

type Variable = VariableColumn<'string'> | VariableColumn<'binary'>;
type Fixed = Exclude<ColumnVector, Variable>;

/** Union field, list field, list head, nulls field and its length, two stops. */
const OVERHEAD_BYTES = 3 + 3 + 5 + 3 + 4 + 1 + 1;

/** Exactly what `writeColumn` writes. */
export function columnBytes(column: ColumnVector): number {
  return OVERHEAD_BYTES + nullsBytes(column.nulls, column.length) + valuesBytes(column);
}

/** Writes one TColumn at `at` and returns where it ends. */
export function writeColumn(out: Buffer, at: number, column: ColumnVector): number {
  const { fieldId, wireType } = columnLayouts[column.kind];
  out[at] = WireType.STRUCT;
  out.writeInt16BE(fieldId, at + 1);
  out[at + 3] = WireType.LIST;
  out.writeInt16BE(1, at + 4);
  out[at + 6] = wireType;
  out.writeInt32BE(column.length, at + 7);
  const end = isVariable(column) ? writeVariable(out, at + 11, column) : writeFixed(out, at + 11, column);
  const maskBytes = nullsBytes(column.nulls, column.length);
  out[end] = WireType.STRING;
  out.writeInt16BE(2, end + 1);
  out.writeInt32BE(maskBytes, end + 3);
  writeNulls(out, end + 7, column.nulls, column.length);
  out[end + 7 + maskBytes] = WireType.STOP;
  out[end + 8 + maskBytes] = WireType.STOP;
  return end + 9 + maskBytes;
}

function valuesBytes(column: ColumnVector): number {
  if (!isVariable(column)) return column.length * columnLayouts[column.kind].valueBytes;
  const { length, offsets, nulls } = column;
  if (!hasNulls(nulls, length)) return 4 * length + offsetAt(offsets, length) - offsetAt(offsets, 0);
  let bytes = 4 * length;
  for (let row = 0; row < length; row++) {
    if (!isNull(nulls, row)) bytes += offsetAt(offsets, row + 1) - offsetAt(offsets, row);
  }
  return bytes;
}

function writeFixed(out: Buffer, at: number, column: Fixed): number {
  if (column.kind === 'bool') {
    for (let row = 0; row < column.length; row++) out[at + row] = column.values[row] === 0 ? 0 : 1;
    return at + column.length;
  }
  const { valueBytes } = columnLayouts[column.kind];
  const { buffer, byteOffset } = column.values;
  const end = at + column.length * valueBytes;
  out.set(Buffer.from(buffer, byteOffset, end - at), at);
  swapBytes(out.subarray(at, end), valueBytes);
  return end;
}

/** A NULL row goes as an empty string, whatever its bytes are. */
function writeVariable(out: Buffer, at: number, column: Variable): number {
  const { length, offsets, data } = column;
  const nulls = hasNulls(column.nulls, length) ? column.nulls : null;
  const copier = new ByteCopier(data, out);
  let to = at;
  let from = offsetAt(offsets, 0);
  for (let row = 0; row < length; row++) {
    const end = offsetAt(offsets, row + 1);
    if (nulls !== null && isNull(nulls, row)) from = end;
    const bytes = end - from;
    copier.putLength(to, bytes);
    copier.copy(from, to + 4, bytes);
    to += 4 + bytes;
    from = end;
  }
  return to;
}

function isVariable(column: ColumnVector): column is Variable {
  return column.kind === 'string' || column.kind === 'binary';
}

function offsetAt(offsets: Int32Array, row: number): number {
  return offsets[row] as number;
}
