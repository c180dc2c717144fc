import { ByteReader } from '../bytes/byte-reader.ts';
import { WireType } from '../bytes/wire-type.ts';
import { ApplicationError, ApplicationErrorType, ThriftProtocolError } from '../errors.ts';
import { expectReply } from '../messages/calls.ts';
import { list } from '../messages/containers.ts';
import { TStatus } from '../messages/common.ts';
import type { Envelope } from '../messages/envelope.ts';
import { type TColumn, type TColumnValue, TRow, type TRowSet } from '../messages/row-set.ts';
import type { ColumnBatch, ColumnKind, ColumnVector } from './column.ts';
import { columnOf, type Value } from './column-values.ts';
import { readColumn } from './decode-column.ts';
import { hasNulls } from './nulls.ts';

export interface DecodedRowSet {
  readonly startRowOffset: bigint;
  readonly batch: ColumnBatch;
}

export interface DecodedFetchReply {
  readonly status: TStatus;
  readonly hasMoreRows: boolean;
  /** The TRowSet, a view of the message, for `decodeRowSet`; null when there is none. */
  readonly rowSet: Uint8Array | null;
}

const rowList = list(TRow);

/** A FetchResults reply with its row set left alone. Throws as `decodeReply`. */
export function decodeFetchReply(bytes: Uint8Array, envelope: Envelope): DecodedFetchReply {
  expectReply('FetchResults', bytes, envelope);
  const reader = new ByteReader(bytes, envelope.bodyOffset);
  let reply: DecodedFetchReply | null = null;
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    if (reader.i16() === 0 && type === WireType.STRUCT) reply = readResponse(reader, bytes);
    else reader.skip(type);
  }
  if (reply === null) {
    throw new ApplicationError(
      ApplicationErrorType.MISSING_RESULT,
      'the reply to FetchResults has no result',
    );
  }
  return reply;
}

function readResponse(reader: ByteReader, bytes: Uint8Array): DecodedFetchReply {
  let status: TStatus | null = null;
  let hasMoreRows = false;
  let rowSet: Uint8Array | null = null;
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    const id = reader.i16();
    if (id === 1 && type === WireType.STRUCT) {
      status = TStatus.read(reader);
    } else if (id === 2 && type === WireType.BOOL) {
      hasMoreRows = reader.u8() === 1;
    } else {
      const start = reader.offset;
      reader.skip(type);
      if (id === 3 && type === WireType.STRUCT) rowSet = bytes.subarray(start, reader.offset);
    }
  }
  if (status === null) throw new ThriftProtocolError('missing-field', 'TFetchResultsResp lacks its status');
  return { status, hasMoreRows, rowSet };
}

/** From the bytes of a TRowSet (fast) or from a decoded one; in columns or in rows. Throws ThriftProtocolError. */
export function decodeRowSet(rowSet: Uint8Array | TRowSet): DecodedRowSet {
  if (rowSet instanceof Uint8Array) return readRowSet(new ByteReader(rowSet));
  if (rowSet.binaryColumns !== undefined && rowSet.columns === undefined) throw serialized();
  const columns = rowSet.columns?.map(fromTColumn) ?? fromRows(rowSet.rows);
  return { startRowOffset: rowSet.startRowOffset, batch: batchOf(columns, rowSet.rows.length) };
}

function readRowSet(reader: ByteReader): DecodedRowSet {
  let startRowOffset: bigint | null = null;
  let columns: ColumnVector[] | null = null;
  let rows: readonly TRow[] = [];
  let isSerialized = false;
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    const id = reader.i16();
    if (id === 1 && type === WireType.I64) startRowOffset = reader.i64();
    else if (id === 2 && type === WireType.LIST) rows = rowList.read(reader);
    else if (id === 3 && type === WireType.LIST) columns = readColumns(reader);
    else {
      isSerialized ||= id === 4;
      reader.skip(type);
    }
  }
  if (startRowOffset === null) {
    throw new ThriftProtocolError('missing-field', 'TRowSet lacks its startRowOffset');
  }
  if (columns === null && isSerialized) throw serialized();
  return { startRowOffset, batch: batchOf(columns ?? fromRows(rows), rows.length) };
}

function readColumns(reader: ByteReader): ColumnVector[] {
  const type = reader.u8();
  const count = reader.count(4);
  if (count > 0 && type !== WireType.STRUCT) {
    throw new ThriftProtocolError('bad-type', `TRowSet has columns of wire type ${type}`);
  }
  const columns: ColumnVector[] = [];
  for (let i = 0; i < count; i++) columns.push(readColumn(reader));
  return columns;
}

function batchOf(columns: readonly ColumnVector[], rowsWithoutColumns: number): ColumnBatch {
  const rowCount = columns[0]?.length ?? rowsWithoutColumns;
  const odd = columns.findIndex((column) => column.length !== rowCount);
  if (odd >= 0) {
    throw new ThriftProtocolError(
      'bad-message',
      `column ${odd} has ${columns[odd]?.length} rows, column 0 has ${rowCount}`,
    );
  }
  return { rowCount, columns };
}

const kinds = {
  boolVal: 'bool',
  byteVal: 'i8',
  i16Val: 'i16',
  i32Val: 'i32',
  i64Val: 'i64',
  doubleVal: 'double',
  stringVal: 'string',
  binaryVal: 'binary',
} as const satisfies Record<string, ColumnKind>;

function fromTColumn(column: TColumn): ColumnVector {
  const [key, { values, nulls }] = onlyEntry<{ values: readonly Value[]; nulls: Uint8Array }>(column);
  const built: ColumnVector = columnOf(kinds[key], values as never);
  return { ...built, nulls: hasNulls(nulls, built.length) ? Uint8Array.from(nulls) : null };
}

function fromRows(rows: readonly TRow[]): ColumnVector[] {
  const first = rows[0]?.colVals ?? [];
  const odd = rows.findIndex((row) => row.colVals.length !== first.length);
  if (odd >= 0) {
    throw new ThriftProtocolError(
      'bad-message',
      `row ${odd} has ${rows[odd]?.colVals.length} cells, row 0 has ${first.length}`,
    );
  }
  return first.map((sample, i): ColumnVector => {
    const [key] = onlyEntry<unknown>(sample);
    const values = rows.map((row) => cellValue(row.colVals[i] as TColumnValue, key));
    return columnOf(kinds[key], values as never);
  });
}

function cellValue(cell: TColumnValue, expected: keyof typeof kinds): Value {
  const [key, { value }] = onlyEntry<{ value?: Value }>(cell);
  if (key !== expected) {
    throw new ThriftProtocolError('bad-message', `a column has cells of ${expected} and of ${key}`);
  }
  return value ?? null;
}

/** The one field that a decoded union has. */
function onlyEntry<V>(value: TColumn | TColumnValue): [keyof typeof kinds, V] {
  return Object.entries(value)[0] as [keyof typeof kinds, V];
}

function serialized(): ThriftProtocolError {
  return new ThriftProtocolError(
    'bad-message',
    'the row set is serialized by a SerDe; set hive.server2.thrift.resultset.serialize.in.tasks=false',
  );
}
