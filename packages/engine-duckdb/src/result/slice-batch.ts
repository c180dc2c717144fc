import type { ColumnBatch, ColumnVector } from '@senbon/hive-thrift';

/** Rows `from..to` of a batch. Fixed columns share the batch's memory, offsets and masks are copied. */
export function sliceBatch(batch: ColumnBatch, from: number, to: number): ColumnBatch {
  if (from === 0 && to === batch.rowCount) return batch;
  return { rowCount: to - from, columns: batch.columns.map((column) => sliceColumn(column, from, to)) };
}

function sliceColumn(column: ColumnVector, from: number, to: number): ColumnVector {
  const length = to - from;
  const nulls = column.nulls === null ? null : sliceMask(column.nulls, from, to);
  switch (column.kind) {
    case 'bool':
      return { kind: 'bool', length, values: column.values.subarray(from, to), nulls };
    case 'i8':
      return { kind: 'i8', length, values: column.values.subarray(from, to), nulls };
    case 'i16':
      return { kind: 'i16', length, values: column.values.subarray(from, to), nulls };
    case 'i32':
      return { kind: 'i32', length, values: column.values.subarray(from, to), nulls };
    case 'i64':
      return { kind: 'i64', length, values: column.values.subarray(from, to), nulls };
    case 'double':
      return { kind: 'double', length, values: column.values.subarray(from, to), nulls };
    case 'string':
    case 'binary': {
      const start = column.offsets[from] as number;
      const data = column.data.subarray(start, column.offsets[to] as number);
      const offsets = column.offsets.slice(from, to + 1).map((offset) => offset - start);
      return { kind: column.kind, length, offsets, data, nulls };
    }
  }
}

/** A mask may be shorter than its rows: missing bits are 0. */
function sliceMask(mask: Uint8Array, from: number, to: number): Uint8Array {
  const sliced = new Uint8Array((to - from + 7) >> 3);
  for (let row = from; row < to; row++) {
    const bit = ((mask[row >> 3] ?? 0) >> (row & 7)) & 1;
    const target = row - from;
    sliced[target >> 3] = (sliced[target >> 3] as number) | (bit << (target & 7));
  }
  return sliced;
}
