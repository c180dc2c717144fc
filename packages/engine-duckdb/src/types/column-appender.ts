import type { ColumnVector } from '@senbon/hive-thrift';
import type { ChunkColumn } from '../result/chunk-column.ts';

/** Builds one column of one batch out of slices of chunks. */
export interface ColumnAppender {
  /** Bytes that rows `from..to` would add; exact for strings, an estimate for values that become text. */
  sizeOf(column: ChunkColumn, from: number, to: number): number;
  append(column: ChunkColumn, from: number, to: number): void;
  finish(): ColumnVector;
}

/** `capacityRows` is a hint: appenders grow. */
export type AppenderFactory = (capacityRows: number) => ColumnAppender;
