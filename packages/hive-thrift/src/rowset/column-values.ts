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

const NOTHING = new Uint8Array(0);

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
      return { kind, length, nulls, values: fill(new Uint8Array(length), values, 0) };
    case 'i8':
      return { kind, length, nulls, values: fill(new Int8Array(length), values, 0) };
    case 'i16':
      return { kind, length, nulls, values: fill(new Int16Array(length), values, 0) };
    case 'i32':
      return { kind, length, nulls, values: fill(new Int32Array(length), values, 0) };
    case 'i64':
      return { kind, length, nulls, values: fill(new BigInt64Array(length), values, 0n) };
    case 'double':
      return { kind, length, nulls, values: fill(new Float64Array(length), values, 0) };
    case 'string':
      return { kind, length, nulls, ...joinTexts(values.map((value) => (value ?? '') as string)) };
    case 'binary':
      return { kind, length, nulls, ...joinBytes(values.map((value) => (value ?? NOTHING) as Uint8Array)) };
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

/** A boolean goes as 1 or 0. A loop: `from` of typed arrays is many times slower. */
function fill<A extends { [row: number]: number | bigint }>(
  target: A,
  values: readonly Value[],
  absent: A[number],
): A {
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? absent;
    target[row] = (typeof value === 'boolean' ? Number(value) : value) as A[number];
  }
  return target;
}

interface Cells {
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
}

/** One conversion for all: a call for each string is ten times as slow. */
function joinTexts(texts: readonly string[]): Cells {
  const joined = texts.join('');
  const data = Buffer.from(joined, 'utf8');
  const isAllAscii = data.length === joined.length;
  const offsets = offsetsOf(texts, (text) => (isAllAscii ? text.length : Buffer.byteLength(text, 'utf8')));
  // Halves of a surrogate pair in neighbouring cells have become a whole one.
  if (offsets[texts.length] !== data.length) return joinBytes(texts.map((text) => Buffer.from(text, 'utf8')));
  return { offsets, data };
}

function joinBytes(cells: readonly Uint8Array[]): Cells {
  return { offsets: offsetsOf(cells, (cell) => cell.length), data: Buffer.concat(cells) };
}

function offsetsOf<T>(cells: readonly T[], lengthOf: (cell: T) => number): Int32Array {
  const offsets = new Int32Array(cells.length + 1);
  let end = 0;
  for (let row = 0; row < cells.length; row++) {
    end += lengthOf(cells[row] as T);
    offsets[row + 1] = end;
  }
  return offsets;
}
