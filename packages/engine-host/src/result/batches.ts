import type { ColumnBatch, ColumnKind, ColumnVector } from '@senbon/hive-thrift';
import type { ColumnSchema, HiveTypeName } from '../executor.ts';

/** Bytes of one value; 0 for those of variable length. */
const WIDTHS: Readonly<Record<ColumnKind, number>> = {
  bool: 1,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  double: 8,
  string: 0,
  binary: 0,
};
/** What the wire adds to a string or binary value. */
const LENGTH_PREFIX_BYTES = 4;

const KINDS: Readonly<Partial<Record<HiveTypeName, ColumnKind>>> = {
  BOOLEAN: 'bool',
  TINYINT: 'i8',
  SMALLINT: 'i16',
  INT: 'i32',
  BIGINT: 'i64',
  FLOAT: 'double',
  DOUBLE: 'double',
  BINARY: 'binary',
};

/** The vector that carries a column of this type (`HiveTypeName`). */
export function kindOf(column: ColumnSchema): ColumnKind {
  return KINDS[column.type.name] ?? 'string';
}

/** No rows in the columns of `schema`: clients rely on the columns being there. */
export function emptyBatch(schema: readonly ColumnSchema[]): ColumnBatch {
  return { rowCount: 0, columns: schema.map((column) => emptyVector(kindOf(column))) };
}

/** Rows `from` to `to` (exclusive), as views wherever bits allow. */
export function sliceBatch(batch: ColumnBatch, from: number, to: number): ColumnBatch {
  if (from === 0 && to === batch.rowCount) return batch;
  return { rowCount: to - from, columns: batch.columns.map((column) => sliceVector(column, from, to)) };
}

/** At least one batch, all of the same columns. */
export function concatBatches(batches: readonly ColumnBatch[]): ColumnBatch {
  const [first] = batches;
  if (first === undefined) throw new RangeError('nothing to concatenate');
  if (batches.length === 1) return first;
  const rowCount = batches.reduce((sum, batch) => sum + batch.rowCount, 0);
  const columns = first.columns.map((_, index) =>
    concatVectors(
      batches.map((batch) => batch.columns[index] as ColumnVector),
      rowCount,
    ),
  );
  return { rowCount, columns };
}

/** About what the batch takes on the wire. */
export function byteSizeOf(batch: ColumnBatch): number {
  return batch.columns.reduce((sum, column) => sum + vectorBytes(column, batch.rowCount), 0);
}

/** How many of the first rows fit into both bounds. */
export function rowsWithin(batch: ColumnBatch, maxRows: number, maxBytes: number): number {
  const most = Math.min(batch.rowCount, maxRows);
  const bytesOf = (rows: number) => batch.columns.reduce((sum, column) => sum + vectorBytes(column, rows), 0);
  if (bytesOf(most) <= maxBytes) return most;
  let fits = 0;
  let exceeds = most;
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) >>> 1;
    if (bytesOf(middle) <= maxBytes) fits = middle;
    else exceeds = middle;
  }
  return fits;
}

function vectorBytes(column: ColumnVector, rows: number): number {
  if (column.kind !== 'string' && column.kind !== 'binary') return WIDTHS[column.kind] * rows;
  const { offsets } = column;
  return (offsets[rows] ?? 0) - (offsets[0] ?? 0) + LENGTH_PREFIX_BYTES * rows;
}

function emptyVector(kind: ColumnKind): ColumnVector {
  if (kind === 'string' || kind === 'binary') {
    return { kind, length: 0, offsets: new Int32Array(1), data: new Uint8Array(0), nulls: null };
  }
  return { kind, length: 0, values: valuesOf(kind, 0), nulls: null } as ColumnVector;
}

function sliceVector(column: ColumnVector, from: number, to: number): ColumnVector {
  const nulls = sliceBits(column.nulls, from, to);
  const length = to - from;
  if (column.kind === 'string' || column.kind === 'binary') {
    return {
      kind: column.kind,
      length,
      offsets: column.offsets.subarray(from, to + 1),
      data: column.data,
      nulls,
    };
  }
  return { kind: column.kind, length, values: column.values.subarray(from, to), nulls } as ColumnVector;
}

function concatVectors(parts: readonly ColumnVector[], rowCount: number): ColumnVector {
  const nulls = concatBits(parts, rowCount);
  const [first] = parts as readonly [ColumnVector];
  if (first.kind === 'string' || first.kind === 'binary') {
    return { kind: first.kind, length: rowCount, ...concatVariable(parts, rowCount), nulls };
  }
  const values = valuesOf(first.kind, rowCount);
  let at = 0;
  for (const part of parts) {
    if (part.kind !== first.kind) throw new TypeError(`a column of ${first.kind} goes on as ${part.kind}`);
    const { values: own } = part as { values: typeof values };
    // One family of typed array by the check above; BigInt64Array takes only its like.
    (values as Uint8Array).set((own as Uint8Array).subarray(0, part.length), at);
    at += part.length;
  }
  return { kind: first.kind, length: rowCount, values, nulls } as ColumnVector;
}

function concatVariable(parts: readonly ColumnVector[], rowCount: number) {
  const columns = parts.map((part) => {
    if (part.kind === 'string' || part.kind === 'binary') return part;
    throw new TypeError(`a column of strings goes on as ${part.kind}`);
  });
  const total = columns.reduce((sum, c) => sum + (c.offsets[c.length] ?? 0) - (c.offsets[0] ?? 0), 0);
  const offsets = new Int32Array(rowCount + 1);
  const data = new Uint8Array(total);
  let row = 0;
  let byte = 0;
  for (const column of columns) {
    const start = column.offsets[0] ?? 0;
    const end = column.offsets[column.length] ?? start;
    data.set(column.data.subarray(start, end), byte);
    for (let i = 0; i < column.length; i++) offsets[row + i] = (column.offsets[i] as number) - start + byte;
    row += column.length;
    byte += end - start;
  }
  offsets[rowCount] = byte;
  return { offsets, data };
}

function valuesOf(kind: Exclude<ColumnKind, 'string' | 'binary'>, length: number) {
  switch (kind) {
    case 'bool':
      return new Uint8Array(length);
    case 'i8':
      return new Int8Array(length);
    case 'i16':
      return new Int16Array(length);
    case 'i32':
      return new Int32Array(length);
    case 'i64':
      return new BigInt64Array(length);
    case 'double':
      return new Float64Array(length);
  }
}

function sliceBits(bits: Uint8Array | null, from: number, to: number): Uint8Array | null {
  if (bits === null) return null;
  if (from % 8 === 0) return maskedTail(bits.subarray(from >>> 3, (to + 7) >>> 3), to - from);
  const sliced = new Uint8Array((to - from + 7) >>> 3);
  copyBits(bits, from, sliced, 0, to - from);
  return sliced;
}

/** Bits behind the last row belong to rows that were cut off. */
function maskedTail(bits: Uint8Array, rows: number): Uint8Array {
  const inLast = rows % 8;
  if (inLast === 0 || bits.length <= rows >>> 3) return bits;
  const copy = bits.slice();
  copy[rows >>> 3] = (copy[rows >>> 3] as number) & ((1 << inLast) - 1);
  return copy;
}

function concatBits(parts: readonly ColumnVector[], rowCount: number): Uint8Array | null {
  if (parts.every((part) => part.nulls === null)) return null;
  const bits = new Uint8Array((rowCount + 7) >>> 3);
  let at = 0;
  for (const part of parts) {
    if (part.nulls !== null) copyBits(part.nulls, 0, bits, at, part.length);
    at += part.length;
  }
  return bits;
}

// oxlint-disable-next-line eslint/max-params -- the parameters of every copy: source and place, target and place, length
function copyBits(source: Uint8Array, from: number, target: Uint8Array, at: number, count: number): void {
  let i = 0;
  if (from % 8 === 0 && at % 8 === 0) {
    i = count - (count % 8);
    target.set(source.subarray(from >>> 3, (from + i) >>> 3), at >>> 3);
  }
  for (; i < count; i++) {
    const bit = ((source[(from + i) >>> 3] ?? 0) >>> ((from + i) & 7)) & 1;
    if (bit === 1) target[(at + i) >>> 3] = (target[(at + i) >>> 3] as number) | (1 << ((at + i) & 7));
  }
}
