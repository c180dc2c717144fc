import { Buffer, isAscii } from 'node:buffer';
import { asBuffer } from '../bytes/byte-reader.ts';
import type { ColumnKind, ColumnVector, VariableColumn } from './column.ts';
import { isNull } from './nulls.ts';

/** JavaScript's values of each kind of column. */
export interface ValueByKind {
  readonly bool: boolean;
  readonly i8: number;
  readonly i16: number;
  readonly i32: number;
  readonly i64: bigint;
  readonly double: number;
  readonly string: string;
  /** A view of the column, not a copy. */
  readonly binary: Uint8Array;
}

/** A cell; NULL is `null`. */
export type Value = ValueByKind[ColumnKind] | null;

/** Builds a column; integers out of range wrap, as in typed arrays. */
export function columnOf<K extends ColumnKind>(
  kind: K,
  values: readonly (ValueByKind[K] | null)[],
): Extract<ColumnVector, { kind: K }>;
export function columnOf(kind: ColumnKind, values: readonly Value[]): ColumnVector {
  const length = values.length;
  const nulls = nullsOf(values);
  switch (kind) {
    case 'bool':
      return { kind, length, nulls, values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)) };
    case 'i8':
      return { kind, length, nulls, values: Int8Array.from(values, toNumber) };
    case 'i16':
      return { kind, length, nulls, values: Int16Array.from(values, toNumber) };
    case 'i32':
      return { kind, length, nulls, values: Int32Array.from(values, toNumber) };
    case 'i64':
      return { kind, length, nulls, values: BigInt64Array.from(values, (value) => (value ?? 0n) as bigint) };
    case 'double':
      return { kind, length, nulls, values: Float64Array.from(values, toNumber) };
    case 'string':
    case 'binary': {
      const cells = values.map(toBytes);
      const offsets = new Int32Array(length + 1);
      cells.forEach((cell, row) => {
        offsets[row + 1] = (offsets[row] as number) + cell.length;
      });
      return { kind, length, nulls, offsets, data: Buffer.concat(cells) };
    }
  }
}

export function valueAt(column: ColumnVector, row: number): Value {
  if (row < 0 || row >= column.length) {
    throw new RangeError(`row ${row} of a column of ${column.length} rows`);
  }
  if (isNull(column.nulls, row)) return null;
  switch (column.kind) {
    case 'bool':
      return column.values[row] !== 0;
    case 'string':
      return asBuffer(column.data).toString('utf8', column.offsets[row], column.offsets[row + 1]);
    case 'binary':
      return column.data.subarray(column.offsets[row], column.offsets[row + 1]);
    case 'i8':
    case 'i16':
    case 'i32':
    case 'i64':
    case 'double':
      return column.values[row] as number | bigint;
  }
}

/** All cells of a column; several times faster than `valueAt` for each. */
export function columnValues(column: ColumnVector): Value[] {
  if (column.kind === 'string' && isAscii(usedBytes(column))) return asciiValues(column);
  const values: Value[] = [];
  for (let row = 0; row < column.length; row++) values.push(valueAt(column, row));
  return values;
}

/** One conversion for the whole column; the cells are slices of it. */
function asciiValues(column: VariableColumn<'string'>): Value[] {
  const { offsets, nulls, length } = column;
  const bytes = usedBytes(column);
  const base = offsets[0] as number;
  const text = bytes.toString('latin1');
  const values: Value[] = [];
  for (let row = 0; row < length; row++) {
    const start = (offsets[row] as number) - base;
    const end = (offsets[row + 1] as number) - base;
    values.push(nulls !== null && isNull(nulls, row) ? null : text.substring(start, end));
  }
  return values;
}

function usedBytes({ data, offsets, length }: VariableColumn<'string'>): Buffer {
  return asBuffer(data).subarray(offsets[0], offsets[length]);
}

function nullsOf(values: readonly Value[]): Uint8Array | null {
  if (!values.includes(null)) return null;
  const nulls = new Uint8Array((values.length + 7) >>> 3);
  values.forEach((value, row) => {
    if (value === null) nulls[row >>> 3] = (nulls[row >>> 3] as number) | (1 << (row & 7));
  });
  return nulls;
}

function toNumber(value: Value): number {
  return (value ?? 0) as number;
}

function toBytes(value: Value): Uint8Array {
  if (value === null) return Buffer.alloc(0);
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : (value as Uint8Array);
}
