import { createRequire } from 'node:module';

// Apache's library with the TCLIService that its own compiler generated, as npm `hive-driver` ships it.
const require = createRequire(import.meta.url);
const { TBinaryProtocol, TBufferedTransport, TFramedTransport, Int64 } = require('thrift');
const types = require('hive-driver/thrift/gen-nodejs/TCLIService_types.js');

export const name = 'npm thrift';
const NULLS = Buffer.alloc(1);

export function build({ longs, doubles, strings }) {
  const long = (value) => {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(value);
    return new Int64(bytes);
  };
  return new types.TRowSet({
    startRowOffset: new Int64(0),
    rows: [],
    columns: [
      new types.TColumn({ i64Val: new types.TI64Column({ values: longs.map(long), nulls: NULLS }) }),
      new types.TColumn({ doubleVal: new types.TDoubleColumn({ values: doubles, nulls: NULLS }) }),
      new types.TColumn({ stringVal: new types.TStringColumn({ values: strings, nulls: NULLS }) }),
    ],
  });
}

export function encode(rowSet) {
  let bytes;
  const transport = new TBufferedTransport(undefined, (message) => {
    bytes = message;
  });
  const protocol = new TBinaryProtocol(transport);
  rowSet.write(protocol);
  protocol.flush();
  return bytes;
}

export function decode(bytes) {
  const rowSet = new types.TRowSet();
  rowSet.read(new TBinaryProtocol(new TFramedTransport(bytes)));
  return rowSet;
}

export function read({ columns }) {
  const [{ i64Val }, { doubleVal }, { stringVal }] = columns;
  return {
    longs: i64Val.values.map(({ buffer, offset }) => buffer.readBigInt64BE(offset)),
    doubles: doubleVal.values,
    strings: stringVal.values,
  };
}
