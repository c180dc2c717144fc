import type { Codec, MessageOf } from './codec.ts';
import { list } from './containers.ts';
import { binary, bool, double, i16, i32, i64, i8, string } from './scalars.ts';
import { field, struct, union } from './struct.ts';

/** A value absent is NULL. */
const cell = <T>(name: string, codec: Codec<T>) => struct(name, { value: field(1, codec, 'optional') });

/** One cell of a row; below V6 there is no binary: it travels as string. */
export const TColumnValue = union('TColumnValue', {
  boolVal: field(1, cell('TBoolValue', bool), 'optional'),
  byteVal: field(2, cell('TByteValue', i8), 'optional'),
  i16Val: field(3, cell('TI16Value', i16), 'optional'),
  i32Val: field(4, cell('TI32Value', i32), 'optional'),
  i64Val: field(5, cell('TI64Value', i64), 'optional'),
  doubleVal: field(6, cell('TDoubleValue', double), 'optional'),
  stringVal: field(7, cell('TStringValue', string), 'optional'),
});
export type TColumnValue = MessageOf<typeof TColumnValue>;

export const TRow = struct('TRow', { colVals: field(1, list(TColumnValue), 'required') });
export type TRow = MessageOf<typeof TRow>;

/** `nulls`: one bit a row, least significant first, 1 = NULL; missing bits are 0. */
const column = <T>(name: string, codec: Codec<T>) =>
  struct(name, { values: field(1, list(codec), 'required'), nulls: field(2, binary, 'required') });

export const TColumn = union('TColumn', {
  boolVal: field(1, column('TBoolColumn', bool), 'optional'),
  byteVal: field(2, column('TByteColumn', i8), 'optional'),
  i16Val: field(3, column('TI16Column', i16), 'optional'),
  i32Val: field(4, column('TI32Column', i32), 'optional'),
  i64Val: field(5, column('TI64Column', i64), 'optional'),
  doubleVal: field(6, column('TDoubleColumn', double), 'optional'),
  stringVal: field(7, column('TStringColumn', string), 'optional'),
  binaryVal: field(8, column('TBinaryColumn', binary), 'optional'),
});
export type TColumn = MessageOf<typeof TColumn>;

/** The general codec of a row set; `encodeFetchReply` and `decodeRowSet` are the fast ones. */
export const TRowSet = struct('TRowSet', {
  startRowOffset: field(1, i64, 'required'),
  /** Empty from V6 on, but always there: some clients insist on it. */
  rows: field(2, list(TRow), 'required'),
  columns: field(3, list(TColumn), 'optional'),
  /** V9: columns encoded by a SerDe; Hive's own servers only. */
  binaryColumns: field(4, binary, 'optional'),
  columnCount: field(5, i32, 'optional'),
});
export type TRowSet = MessageOf<typeof TRowSet>;
