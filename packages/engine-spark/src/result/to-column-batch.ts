import { NullMask, shortestDouble, type TextRows, TextSink } from '@senbon/engine-host';
import type { ColumnBatch, ColumnVector } from '@senbon/hive-thrift';
import type { ArrowColumn } from '../arrow/arrow-column.ts';
import type { ArrowBatch } from '../arrow/arrow-stream.ts';
import { putText } from '../types/put-text.ts';
import type { SparkField, SparkType } from '../types/spark-type.ts';

/**
 * An Arrow batch as Thrift's columns. Numbers, texts and binaries are the views they were; only what Thrift has no
 * vector for becomes text, column by column.
 */
export function toColumnBatch(fields: readonly SparkField[], batch: ArrowBatch): ColumnBatch {
  const columns = fields.map(({ name, type }, i) => {
    const column = batch.columns[i];
    if (column === undefined) throw new TypeError(`the Arrow batch has no column for ${name}`);
    return toVector(type, column);
  });
  return { rowCount: batch.rowCount, columns };
}

function toVector(type: SparkType, column: ArrowColumn): ColumnVector {
  const { length } = column;
  const common = { length, nulls: nullsOf(column) };
  switch (type.kind) {
    case 'boolean':
      return { kind: 'bool', values: unpackBits(column), ...common };
    case 'byte':
      return { kind: 'i8', values: column.values(Int8Array), ...common };
    case 'short':
      return { kind: 'i16', values: column.values(Int16Array), ...common };
    case 'integer':
      return { kind: 'i32', values: column.values(Int32Array), ...common };
    case 'long':
      return { kind: 'i64', values: column.values(BigInt64Array), ...common };
    case 'float':
      return {
        kind: 'double',
        values: Float64Array.from(column.values(Float32Array), shortestDouble),
        ...common,
      };
    case 'double':
      return { kind: 'double', values: column.values(Float64Array), ...common };
    case 'string':
    case 'char':
    case 'varchar':
      return { kind: 'string', offsets: column.offsets, data: column.data, ...common };
    case 'binary':
      return { kind: 'binary', offsets: column.offsets, data: column.data, ...common };
    default:
      return { kind: 'string', ...textOf(type, column), nulls: common.nulls };
  }
}

function textOf(type: SparkType, column: ArrowColumn): TextRows {
  const sink = new TextSink(column.length);
  const put = putText(type, column, false);
  for (let row = 0; row < column.length; row++) {
    if (!column.isNull(row)) put(row, sink);
    sink.endRow();
  }
  return sink.finish();
}

function nullsOf({ validity, length }: ArrowColumn): Uint8Array | null {
  if (validity === null) return null;
  const mask = new NullMask(length);
  mask.append(validity, 0, length, 0);
  return mask.finish();
}

function unpackBits(column: ArrowColumn): Uint8Array {
  const values = new Uint8Array(column.length);
  for (let row = 0; row < values.length; row++) {
    values[row] = ((column.data[row >> 3] as number) >> (row & 7)) & 1;
  }
  return values;
}
