import type { ByteWriter } from '../bytes/byte-writer.ts';
import { WireType } from '../bytes/wire-type.ts';
import type { ColumnBatch, ColumnVector } from './column.ts';
import { columnLayouts } from './layout.ts';
import { isNull } from './nulls.ts';

/** Writes the rows as list<TRow>, for clients below V6. They know no binary: it goes as string. */
export function writeRows(writer: ByteWriter, batch: ColumnBatch): void {
  writer.u8(WireType.STRUCT);
  writer.i32(batch.rowCount);
  for (let row = 0; row < batch.rowCount; row++) {
    writer.u8(WireType.LIST);
    writer.i16(1);
    writer.u8(WireType.STRUCT);
    writer.i32(batch.columns.length);
    for (const column of batch.columns) writeCell(writer, column, row);
    writer.u8(WireType.STOP);
  }
}

function writeCell(writer: ByteWriter, column: ColumnVector, row: number): void {
  const { fieldId, wireType } = columnLayouts[column.kind === 'binary' ? 'string' : column.kind];
  writer.u8(WireType.STRUCT);
  writer.i16(fieldId);
  if (!isNull(column.nulls, row)) {
    writer.u8(wireType);
    writer.i16(1);
    writeValue(writer, column, row);
  }
  writer.u8(WireType.STOP);
  writer.u8(WireType.STOP);
}

function writeValue(writer: ByteWriter, column: ColumnVector, row: number): void {
  switch (column.kind) {
    case 'bool':
      writer.u8(column.values[row] === 0 ? 0 : 1);
      return;
    case 'i8':
      writer.i8(column.values[row] as number);
      return;
    case 'i16':
      writer.i16(column.values[row] as number);
      return;
    case 'i32':
      writer.i32(column.values[row] as number);
      return;
    case 'i64':
      writer.i64(column.values[row] as bigint);
      return;
    case 'double':
      writer.double(column.values[row] as number);
      return;
    case 'string':
    case 'binary':
      writer.binary(column.data.subarray(column.offsets[row], column.offsets[row + 1]));
      return;
  }
}
