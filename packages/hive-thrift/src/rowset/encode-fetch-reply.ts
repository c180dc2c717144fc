import { Buffer } from 'node:buffer';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { WireType } from '../bytes/wire-type.ts';
import { ThriftProtocolError } from '../errors.ts';
import { TStatus } from '../messages/common.ts';
import { TStatusCode } from '../messages/enums.ts';
import { MessageType, writeEnvelope } from '../messages/envelope.ts';
import type { ColumnBatch } from './column.ts';
import { columnBytes, writeColumn } from './encode-column.ts';
import { writeRows } from './encode-rows.ts';

export interface FetchReply {
  /** Default 0: `dispatch` puts in the right one. */
  readonly seqId?: number;
  /** Default SUCCESS. */
  readonly status?: TStatus;
  /** Rows of this operation before this row set: Hive JDBC 4.1 checks that there is no gap. */
  readonly startRowOffset: bigint;
  readonly batch: ColumnBatch;
  /** For a protocol below V6, see `isColumnar`. */
  readonly rowBased: boolean;
  readonly hasMoreRows: boolean;
}

const SUCCESS: TStatus = { statusCode: TStatusCode.SUCCESS };
/** Ends of TRowSet, TFetchResultsResp and the result. */
const STOPS = 3;
const MAX_BYTES = 0x7fffffff;

/** A whole FetchResults reply, in one pass into a buffer of exactly its size. */
export function encodeFetchReply(reply: FetchReply): Uint8Array {
  const writer = new ByteWriter();
  writeEnvelope(writer, 'FetchResults', MessageType.REPLY, reply.seqId ?? 0);
  head(writer, WireType.STRUCT, 0);
  head(writer, WireType.STRUCT, 1);
  TStatus.write(writer, reply.status ?? SUCCESS);
  head(writer, WireType.BOOL, 2);
  writer.u8(reply.hasMoreRows ? 1 : 0);
  head(writer, WireType.STRUCT, 3);
  return finishRowSet(writer, reply, STOPS);
}

/** A bare TRowSet in columns. */
export function encodeRowSetColumns(startRowOffset: bigint, batch: ColumnBatch): Uint8Array {
  return finishRowSet(new ByteWriter(), { startRowOffset, batch, rowBased: false }, 1);
}

/** Writes the TRowSet behind what the writer holds, and `stops` ends of structs. */
function finishRowSet(
  writer: ByteWriter,
  rowSet: { readonly startRowOffset: bigint; readonly batch: ColumnBatch; readonly rowBased: boolean },
  stops: number,
): Uint8Array {
  const { batch, rowBased } = rowSet;
  head(writer, WireType.I64, 1);
  writer.i64(rowSet.startRowOffset);
  head(writer, WireType.LIST, 2);
  if (rowBased) {
    writeRows(writer, batch);
    for (let i = 0; i < stops; i++) writer.u8(WireType.STOP);
    return writer.finish();
  }
  writer.u8(WireType.STRUCT);
  writer.i32(0);
  head(writer, WireType.LIST, 3);
  writer.u8(WireType.STRUCT);
  writer.i32(batch.columns.length);
  return appendColumns(writer.finish(), batch, stops);
}

function appendColumns(start: Uint8Array, batch: ColumnBatch, stops: number): Uint8Array {
  let size = start.length + stops;
  for (const column of batch.columns) size += columnBytes(column);
  if (size > MAX_BYTES) {
    throw new ThriftProtocolError('too-large', `a row set of ${size} bytes; fetch fewer rows at once`);
  }
  const out = Buffer.allocUnsafe(size);
  out.set(start, 0);
  let at = start.length;
  for (const column of batch.columns) at = writeColumn(out, at, column);
  out.fill(WireType.STOP, at);
  return out;
}

function head(writer: ByteWriter, type: WireType, id: number): void {
  writer.u8(type);
  writer.i16(id);
}
