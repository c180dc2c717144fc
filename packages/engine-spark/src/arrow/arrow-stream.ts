import { ArrowColumn, type BufferCursor } from './arrow-column.ts';
import { type ArrowField, readArrowSchema } from './arrow-schema.ts';
import { FlatTable } from './flat-table.ts';

const WORD = 4;
/** Every buffer of a body begins at a multiple of it, counted from the begin of the stream. */
const ALIGNMENT = 8;
const CONTINUATION = 0xffffffff;
const HEADER_SCHEMA = 1;
const HEADER_RECORD_BATCH = 3;

export interface ArrowBatch {
  readonly rowCount: number;
  readonly columns: readonly ArrowColumn[];
}

/**
 * The record batches of one Arrow IPC stream, as Spark Connect sends one with each ArrowBatch. Columns are views of
 * `stream`, or of an aligned copy of it. Throws RangeError, TypeError for what is none.
 */
export function readArrowStream(stream: Uint8Array): readonly ArrowBatch[] {
  const bytes = aligned(stream);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const batches: ArrowBatch[] = [];
  let fields: readonly ArrowField[] | null = null;
  let at = 0;
  while (at + WORD <= bytes.length) {
    // Before Arrow 0.15 the length came first, without the continuation mark.
    if (view.getUint32(at, true) === CONTINUATION) at += WORD;
    const metadataLength = view.getInt32(at, true);
    at += WORD;
    if (metadataLength === 0) break;
    const message = FlatTable.root(bytes.subarray(at, at + metadataLength));
    const bodyAt = at + metadataLength;
    const bodyEnd = bodyAt + message.int64(3);
    if (bodyEnd > bytes.length) throw new RangeError('an Arrow message that is cut off');
    const header = message.table(2);
    const type = message.int8(1);
    if (type === HEADER_SCHEMA && header !== null) fields = readArrowSchema(header);
    if (type === HEADER_RECORD_BATCH && header !== null) {
      if (fields === null) throw new TypeError('an Arrow batch without a schema before it');
      batches.push(readBatch(header, fields, bytes.subarray(bodyAt, bodyEnd)));
    }
    at = bodyEnd;
  }
  return batches;
}

function readBatch(header: FlatTable, fields: readonly ArrowField[], body: Uint8Array): ArrowBatch {
  if (header.has(3)) {
    throw new TypeError(
      'the rows are compressed: spark.sql.execution.arrow.compression.codec has to be none for this engine',
    );
  }
  const nodes = header.pairs(1);
  const buffers = header.pairs(2);
  let node = 0;
  let buffer = 0;
  const cursor: BufferCursor = {
    node() {
      const [length, nullCount] = nodes[node++] ?? missing();
      return { length, nullCount };
    },
    buffer() {
      const [offset, length] = buffers[buffer++] ?? missing();
      if (offset + length > body.length) throw new RangeError('an Arrow buffer beyond its message');
      return body.subarray(offset, offset + length);
    },
  };
  return { rowCount: header.int64(0), columns: fields.map((field) => ArrowColumn.read(field, cursor)) };
}

function missing(): never {
  throw new RangeError('an Arrow batch with fewer buffers than its schema asks for');
}

/** Typed arrays need it, and gRPC hands over bytes from anywhere. */
function aligned(bytes: Uint8Array): Uint8Array {
  if (bytes.byteOffset % ALIGNMENT === 0) return bytes;
  return new Uint8Array(bytes);
}
