import { readFileSync } from 'node:fs';
import { columnValues } from '@senbon/hive-thrift';
import { describe, expect, it } from 'vitest';
import { readArrowStream } from '../arrow/arrow-stream.ts';
import { dataType } from '../proto/data-type.ts';
import { hiveType } from '../types/hive-type.ts';
import { fieldsOf } from '../types/spark-type.ts';
import { typeSql } from '../types/type-sql.ts';
import { toColumnBatch } from './to-column-batch.ts';

/** Answers of a Spark 3.5.8, in the time zone of New York, as they came over the wire. */
const golden = JSON.parse(
  readFileSync(new URL('../testing/fixtures/spark-3.5.json', import.meta.url), 'utf8'),
) as Record<string, { readonly schema: string; readonly batches: readonly string[] }>;

function answer(name: string) {
  const { schema, batches } = golden[name] ?? { schema: '', batches: [] };
  const fields = fieldsOf(dataType.decode(Buffer.from(schema, 'base64')));
  return { fields, streams: batches.map((text) => new Uint8Array(Buffer.from(text, 'base64'))) };
}

function rowsOf(name: string): unknown[][] {
  const { fields, streams } = answer(name);
  return streams.flatMap(readArrowStream).flatMap((batch) => {
    const { rowCount, columns } = toColumnBatch(fields, batch);
    const values = columns.map(columnValues);
    return Array.from({ length: rowCount }, (_, row) =>
      values.map((column) => {
        const value = column[row];
        return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
      }),
    );
  });
}

describe('an Arrow batch of Spark’s as Thrift’s columns', () => {
  it('has every plain type', () => {
    expect(
      answer('plain').fields.map(({ name, type }) => `${name} ${hiveType(type).name} ${typeSql(type)}`),
    ).toEqual([
      'b BOOLEAN BOOLEAN',
      'i1 TINYINT TINYINT',
      'i2 SMALLINT SMALLINT',
      'i4 INT INT',
      'i8 BIGINT BIGINT',
      'f FLOAT FLOAT',
      'd DOUBLE DOUBLE',
      'dec DECIMAL DECIMAL(10,2)',
      's STRING STRING',
      'bin BINARY BINARY',
      'day DATE DATE',
      'ts TIMESTAMP TIMESTAMP',
      'ntz TIMESTAMP TIMESTAMP_NTZ',
      'ym INTERVAL_YEAR_MONTH INTERVAL YEAR TO MONTH',
      'dt INTERVAL_DAY_TIME INTERVAL DAY TO SECOND',
    ]);
    const [first = [], nulls = [], last = []] = rowsOf('plain');
    expect(first.slice(0, 8)).toEqual([true, 1, 2, 3, 4n, 0.1, 2.5, '-12.30']);
    expect(first.slice(8)).toEqual([
      'é',
      '00ff',
      '2024-02-29',
      '2024-02-29 12:34:56.5',
      '2024-02-29 12:34:56',
      '-1-2',
      '1 02:03:04.500000000',
    ]);
    expect(nulls).toEqual(nulls.map(() => null));
    expect(last.slice(0, 8)).toEqual([false, -1, -2, -3, -4n, -3.5, NaN, '99999999.99']);
    expect(last.slice(8)).toEqual([
      '',
      '',
      '0001-01-01',
      '1969-12-31 23:59:59',
      '1969-12-31 23:59:59.999999',
      '0-0',
      '0 00:00:00.000000000',
    ]);
  });

  it('has nested types as Spark’s own text, in which nothing is escaped', () => {
    expect(rowsOf('nested')).toEqual([
      ['[1,null,3]', '{"a":null,"b":1.5}', '{"n":1,"s":"x"y"}', '[{"k":[2024-02-29]}]'],
      [null, null, null, null],
      ['[]', '{}', '{"n":null,"s":null}', '[null]'],
    ]);
  });

  it('has a column without a type, and a result without rows', () => {
    expect(rowsOf('void')).toEqual([[null, 1]]);
    expect(rowsOf('empty')).toEqual([]);
  });

  it('reads a stream at any place in memory', () => {
    const { fields, streams } = answer('plain');
    const [stream = new Uint8Array()] = streams;
    const whole = readArrowStream(stream).map((batch) => toColumnBatch(fields, batch));
    for (let shift = 1; shift < 8; shift++) {
      const moved = new Uint8Array(stream.length + shift);
      moved.set(stream, shift);
      const again = readArrowStream(moved.subarray(shift)).map((batch) => toColumnBatch(fields, batch));
      expect(again.map(({ columns }) => columns.map(columnValues))).toEqual(
        whole.map(({ columns }) => columns.map(columnValues)),
      );
    }
  });

  it('fails for a stream that is cut off, at any place, and never runs away', () => {
    const { fields, streams } = answer('nested');
    const [stream = new Uint8Array()] = streams;
    for (let length = 0; length < stream.length - 8; length++) {
      const read = () =>
        readArrowStream(stream.slice(0, length)).map((batch) => toColumnBatch(fields, batch));
      try {
        expect(read()).toEqual([]);
      } catch (error) {
        expect(error).toSatisfy((e) => e instanceof RangeError || e instanceof TypeError);
      }
    }
  });
});
