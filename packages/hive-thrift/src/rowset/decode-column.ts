import { Buffer } from 'node:buffer';
import { ByteCopier } from '../bytes/byte-copier.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { WireType } from '../bytes/wire-type.ts';
import { ThriftProtocolError } from '../errors.ts';
import type { ColumnVector } from './column.ts';
import { type ColumnLayout, layoutsByFieldId, swapBytes } from './layout.ts';
import { hasNulls } from './nulls.ts';

/** Reads one TColumn. Its memory is its own, not the message's. */
export function readColumn(reader: ByteReader): ColumnVector {
  let column: ColumnVector | null = null;
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    const layout = layoutsByFieldId[reader.i16()];
    if (layout === undefined || type !== WireType.STRUCT) {
      reader.skip(type);
      continue;
    }
    if (column !== null) throw new ThriftProtocolError('bad-message', 'union TColumn has two fields set');
    column = readTyped(reader, layout);
  }
  if (column === null) throw new ThriftProtocolError('bad-message', 'union TColumn has no field set');
  return column;
}

function readTyped(reader: ByteReader, layout: ColumnLayout): ColumnVector {
  let column: ColumnVector | null = null;
  let nulls: Uint8Array | null = null;
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    const id = reader.i16();
    if (id === 1 && type === WireType.LIST) column = readValues(reader, layout);
    else if (id === 2 && type === WireType.STRING) nulls = reader.binary();
    else reader.skip(type);
  }
  if (column === null || nulls === null) {
    throw new ThriftProtocolError(
      'missing-field',
      `a column of ${layout.kind} lacks its values or its nulls`,
    );
  }
  return { ...column, nulls: hasNulls(nulls, column.length) ? Uint8Array.from(nulls) : null };
}

function readValues(reader: ByteReader, layout: ColumnLayout): ColumnVector {
  const type = reader.u8();
  const length = reader.count(layout.valueBytes === 0 ? 4 : layout.valueBytes);
  if (length > 0 && type !== layout.wireType) {
    throw new ThriftProtocolError('bad-type', `a column of ${layout.kind} has elements of wire type ${type}`);
  }
  if (layout.kind === 'string' || layout.kind === 'binary') {
    return { kind: layout.kind, length, nulls: null, ...readCells(reader, length) };
  }
  // A copy: typed arrays need alignment, and the message's memory can go.
  const bytes = Buffer.from(new ArrayBuffer(length * layout.valueBytes));
  bytes.set(reader.raw(bytes.length));
  swapBytes(bytes, layout.valueBytes);
  return fixedColumn(layout.kind, length, bytes.buffer as ArrayBuffer);
}

type FixedKind = Exclude<ColumnVector['kind'], 'string' | 'binary'>;

function fixedColumn(kind: FixedKind, length: number, buffer: ArrayBuffer): ColumnVector {
  switch (kind) {
    case 'bool':
      return { kind, length, nulls: null, values: booleans(new Uint8Array(buffer)) };
    case 'i8':
      return { kind, length, nulls: null, values: new Int8Array(buffer) };
    case 'i16':
      return { kind, length, nulls: null, values: new Int16Array(buffer) };
    case 'i32':
      return { kind, length, nulls: null, values: new Int32Array(buffer) };
    case 'i64':
      return { kind, length, nulls: null, values: new BigInt64Array(buffer) };
    case 'double':
      return { kind, length, nulls: null, values: new Float64Array(buffer) };
  }
}

/** Some writers put 2 for false, the compact protocol's code; only 1 is true. */
function booleans(values: Uint8Array): Uint8Array {
  for (let row = 0; row < values.length; row++) if (values[row] !== 1) values[row] = 0;
  return values;
}

/** The wire has the lengths between the bytes; offsets need the bytes together. */
function readCells(reader: ByteReader, length: number): { offsets: Int32Array; data: Uint8Array } {
  const source = reader.peekRest();
  const offsets = readOffsets(source, length);
  const data = Buffer.allocUnsafeSlow(offsets[length] as number);
  const copier = new ByteCopier(source, data);
  let from = 0;
  for (let row = 0; row < length; row++) {
    const to = offsets[row] as number;
    const bytes = (offsets[row + 1] as number) - to;
    copier.copy(from + 4, to, bytes);
    from += 4 + bytes;
  }
  reader.raw(from);
  return { offsets, data };
}

function readOffsets(source: Buffer, length: number): Int32Array {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const offsets = new Int32Array(length + 1);
  let at = 0;
  let total = 0;
  for (let row = 0; row < length; row++) {
    if (at + 4 > source.length) throw endsEarly(row, length);
    const bytes = view.getInt32(at);
    at += 4 + bytes;
    if (bytes < 0 || at > source.length) throw endsEarly(row, length);
    total += bytes;
    offsets[row + 1] = total;
  }
  return offsets;
}

function endsEarly(row: number, length: number): ThriftProtocolError {
  return new ThriftProtocolError('truncated', `the row set ends in cell ${row} of ${length}`);
}
