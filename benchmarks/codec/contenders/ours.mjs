import { columnOf, columnValues, decodeRowSet, encodeRowSetColumns } from '@senbon/hive-thrift';

export const name = '@senbon/hive-thrift';

/** From JavaScript values to what the encoder takes. */
export function build({ longs, doubles, strings }) {
  return {
    rowCount: longs.length,
    columns: [columnOf('i64', longs), columnOf('double', doubles), columnOf('string', strings)],
  };
}

export function encode(batch) {
  return encodeRowSetColumns(0n, batch);
}

export function decode(bytes) {
  return decodeRowSet(bytes).batch;
}

/** From what the decoder gives to JavaScript values. */
export function read(batch) {
  const [longs, doubles, strings] = batch.columns.map(columnValues);
  return { longs, doubles, strings };
}
