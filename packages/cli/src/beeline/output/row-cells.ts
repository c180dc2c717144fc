import type { ColumnBatch, Value } from '@senbon/client';
import { columnValues } from '@senbon/hive-thrift';

/** A batch by rows, each cell turned by its column's function. */
export function rowCells<T>(batch: ColumnBatch, turn: readonly ((value: Value) => T)[]): T[][] {
  const rows: T[][] = Array.from({ length: batch.rowCount }, () => []);
  batch.columns.forEach((column, index) => {
    const cell = turn[index];
    if (cell === undefined) return;
    columnValues(column).forEach((value, row) => (rows[row] as T[]).push(cell(value)));
  });
  return rows;
}
