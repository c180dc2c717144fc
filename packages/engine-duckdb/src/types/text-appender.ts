import { isInvalid, NullMask, TextSink } from '@senbon/engine-host';
import type { ColumnVector } from '@senbon/hive-thrift';
import type { ChunkColumn } from '../result/chunk-column.ts';
import type { AppenderFactory, ColumnAppender } from './column-appender.ts';

/** Bytes a row of unknown text is counted with, before it is written. */
const GUESSED_BYTES = 64;

/** Writes one value, which is not NULL, to the sink. */
export type PutValue = (column: ChunkColumn, row: number, sink: TextSink) => void;

/** A string column of values that DuckDB does not keep as text. */
class TextAppender implements ColumnAppender {
  readonly #put: PutValue;
  readonly #nulls: NullMask;
  readonly #sink: TextSink;

  constructor(put: PutValue, capacityRows: number) {
    this.#put = put;
    this.#nulls = new NullMask(capacityRows);
    this.#sink = new TextSink(capacityRows);
  }

  sizeOf(_column: ChunkColumn, from: number, to: number): number {
    return (to - from) * GUESSED_BYTES;
  }

  append(column: ChunkColumn, from: number, to: number): void {
    const validity = column.validity();
    this.#nulls.append(validity, from, to, this.#sink.rows);
    this.#sink.reserveRows(to - from);
    for (let row = from; row < to; row++) {
      if (!isInvalid(validity, row)) this.#put(column, row, this.#sink);
      this.#sink.endRow();
    }
  }

  finish(): ColumnVector {
    return { kind: 'string', ...this.#sink.finish(), nulls: this.#nulls.finish() };
  }
}

export function textAppender(put: PutValue): AppenderFactory {
  return (capacityRows) => new TextAppender(put, capacityRows);
}
