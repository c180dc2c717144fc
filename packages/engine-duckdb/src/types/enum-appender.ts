import { type DuckDBEnumType, DuckDBTypeId } from '@duckdb/node-api';
import type { ChunkColumn } from '../result/chunk-column.ts';
import type { AppenderFactory } from './column-appender.ts';
import { textAppender } from './text-appender.ts';

/** An ENUM's rows are indexes of 1, 2 or 4 bytes into its values. */
export function enumAppender(type: DuckDBEnumType): AppenderFactory {
  const texts = type.values.map((value) => Buffer.from(value));
  const indexAt = indexReader(type.internalTypeId);
  return textAppender((column, row, sink) => {
    const text = texts[indexAt(column, row)];
    if (text !== undefined) sink.putBytes(text);
  });
}

function indexReader(id: DuckDBTypeId): (column: ChunkColumn, row: number) => number {
  if (id === DuckDBTypeId.UTINYINT) return (column, row) => column.view(1).getUint8(row);
  if (id === DuckDBTypeId.USMALLINT) return (column, row) => column.view(2).getUint16(row * 2, true);
  return (column, row) => column.view(4).getUint32(row * 4, true);
}
