import { putScaled } from '@senbon/engine-host';
import type { ChunkColumn } from '../result/chunk-column.ts';
import type { AppenderFactory } from './column-appender.ts';
import { type PutValue, textAppender } from './text-appender.ts';

/** Greatest width that DuckDB keeps in 2, 4 and 8 bytes; wider ones take 16. */
const WIDTH_OF_INT16 = 4;
const WIDTH_OF_INT32 = 9;
const WIDTH_OF_INT64 = 18;

/** DECIMAL(width, scale) as plain text with all its decimals, as `new BigDecimal` reads. */
export function decimalAppender(width: number, scale: number): AppenderFactory {
  return textAppender(decimalPut(width, scale));
}

function decimalPut(width: number, scale: number): PutValue {
  if (width <= WIDTH_OF_INT16) {
    return (column, row, sink) => putScaled(sink, column.view(2).getInt16(row * 2, true), scale);
  }
  if (width <= WIDTH_OF_INT32) {
    return (column, row, sink) => putScaled(sink, column.view(4).getInt32(row * 4, true), scale);
  }
  if (width <= WIDTH_OF_INT64) return (column, row, sink) => putScaled(sink, column.int64(row), scale);
  return (column, row, sink) => putScaled(sink, int128At(column, row), scale);
}

/** HUGEINT and its unsigned sister. */
export const hugeintAppender = textAppender((column, row, sink) => putScaled(sink, int128At(column, row), 0));
export const uhugeintAppender = textAppender((column, row, sink) =>
  putScaled(sink, uint128At(column, row), 0),
);
export const ubigintAppender = textAppender((column, row, sink) =>
  putScaled(sink, column.view(8).getBigUint64(row * 8, true), 0),
);

function int128At(column: ChunkColumn, row: number): bigint {
  const view = column.view(16);
  return (view.getBigInt64(row * 16 + 8, true) << 64n) | view.getBigUint64(row * 16, true);
}

function uint128At(column: ChunkColumn, row: number): bigint {
  const view = column.view(16);
  return (view.getBigUint64(row * 16 + 8, true) << 64n) | view.getBigUint64(row * 16, true);
}
