import { describe, expect, it } from 'vitest';
import { TStatusCode } from '../messages/enums.ts';
import { decodeReply } from '../messages/calls.ts';
import { readEnvelope } from '../messages/envelope.ts';
import { responseTable } from '../messages/methods.ts';
import type { TRowSet } from '../messages/row-set.ts';
import { MessageScanner } from '../framing/message-scanner.ts';
import { fromOracle, oracleReceive } from '../testing/oracle.ts';
import { Random } from '../testing/random.ts';
import type { ColumnBatch, ColumnKind, ColumnVector } from './column.ts';
import { columnOf, columnValues, type Value } from './column-values.ts';
import { decodeFetchReply, decodeRowSet } from './decode-row-set.ts';
import { encodeFetchReply, encodeRowSetColumns } from './encode-fetch-reply.ts';

const makers: Readonly<Record<ColumnKind, (random: Random) => Value>> = {
  bool: (random) => random.chance(0.5),
  i8: (random) => random.int(256) - 128,
  i16: (random) => random.int(2 ** 16) - 2 ** 15,
  i32: (random) => random.int(2 ** 32) - 2 ** 31,
  i64: (random) => random.bigint(),
  double: (random) => (random.int(2 ** 32) - 2 ** 31) / 7,
  string: (random) => random.pick(['', 'a', 'abc', 'wort', 'naïve 東京 🚀', 'x'.repeat(random.int(300))]),
  binary: (random) => random.bytes(random.int(200)),
};
const kinds = Object.keys(makers) as ColumnKind[];

function batchOf(
  rowCount: number,
  nullChance: number,
  seed: number,
  of: readonly ColumnKind[] = kinds,
): ColumnBatch {
  const random = new Random(seed);
  const columns = of.map((kind): ColumnVector => {
    const values = Array.from({ length: rowCount }, () =>
      random.chance(nullChance) ? null : makers[kind](random),
    );
    return columnOf(kind, values as never);
  });
  return { rowCount, columns };
}
const valuesOf = (batch: ColumnBatch) => batch.columns.map(columnValues);
const reply = (batch: ColumnBatch, rowBased = false) =>
  encodeFetchReply({ seqId: 5, startRowOffset: 12n, batch, rowBased, hasMoreRows: true });
const kind = (name: string) => expect.objectContaining({ name: 'ThriftProtocolError', kind: name });

describe.each([
  ['no rows', 0, 0],
  ['one row', 1, 0],
  ['one NULL', 1, 1],
  ['seven rows', 7, 0.3],
  ['eight rows', 8, 0.3],
  ['nine rows', 9, 0.3],
  ['a thousand rows without NULL', 1000, 0],
  ['a thousand rows', 1000, 0.2],
  ['a thousand NULLs', 1000, 1],
])('%s in columns', (_name, rowCount, nullChance) => {
  const batch = batchOf(rowCount, nullChance, rowCount + 1);
  const bytes = reply(batch);
  const envelope = readEnvelope(bytes);

  it('come back by the fast decoder', () => {
    const { status, hasMoreRows, rowSet } = decodeFetchReply(bytes, envelope);
    expect([status, hasMoreRows]).toEqual([{ statusCode: TStatusCode.SUCCESS }, true]);
    const decoded = decodeRowSet(rowSet as Uint8Array);
    expect(decoded.startRowOffset).toBe(12n);
    expect(decoded.batch.rowCount).toBe(rowCount);
    expect(valuesOf(decoded.batch)).toEqual(valuesOf(batch));
  });

  it('come back by the general decoder', () => {
    const { results } = decodeReply('FetchResults', bytes, envelope);
    expect(valuesOf(decodeRowSet(results as TRowSet).batch)).toEqual(valuesOf(batch));
  });

  it('are read by npm thrift', async () => {
    const theirs = fromOracle(responseTable('FetchResults'), await oracleReceive('FetchResults', bytes)) as {
      results: TRowSet;
    };
    expect(theirs.results.rows).toEqual([]);
    expect(valuesOf(decodeRowSet(theirs.results).batch)).toEqual(valuesOf(batch));
  });

  it('end where the message ends', () => {
    const messages = new MessageScanner({ maxMessageBytes: 1 << 24 }).push(bytes);
    expect(messages.map((message) => message.length)).toEqual([bytes.length]);
  });

  it('are a TRowSet of their own too', () => {
    const { startRowOffset, batch: decoded } = decodeRowSet(encodeRowSetColumns(3n, batch));
    expect(startRowOffset).toBe(3n);
    expect(valuesOf(decoded)).toEqual(valuesOf(batch));
  });
});

describe.each([
  ['one row', 1, 0],
  ['some rows', 9, 0.3],
  ['only NULLs', 5, 1],
])('%s in rows, for clients below V6', (_name, rowCount, nullChance) => {
  const batch = batchOf(
    rowCount,
    nullChance,
    rowCount,
    kinds.filter((k) => k !== 'binary'),
  );
  const bytes = reply(batch, true);
  const envelope = readEnvelope(bytes);

  it('come back', () => {
    const fast = decodeFetchReply(bytes, envelope);
    expect(valuesOf(decodeRowSet(fast.rowSet as Uint8Array).batch)).toEqual(valuesOf(batch));
    const { results } = decodeReply('FetchResults', bytes, envelope);
    expect(results?.columns).toBeUndefined();
    expect(results?.rows).toHaveLength(rowCount);
    expect(valuesOf(decodeRowSet(results as TRowSet).batch)).toEqual(valuesOf(batch));
  });

  it('are read by npm thrift', async () => {
    const theirs = fromOracle(responseTable('FetchResults'), await oracleReceive('FetchResults', bytes)) as {
      results: TRowSet;
    };
    expect(valuesOf(decodeRowSet(theirs.results).batch)).toEqual(valuesOf(batch));
  });
});

describe('in rows', () => {
  it('binary travels as string', () => {
    const batch: ColumnBatch = { rowCount: 2, columns: [columnOf('binary', [Buffer.from('ab'), null])] };
    const { rowSet } = decodeFetchReply(reply(batch, true), readEnvelope(reply(batch, true)));
    expect(valuesOf(decodeRowSet(rowSet as Uint8Array).batch)).toEqual([['ab', null]]);
  });

  it('no rows have no columns', () => {
    const bytes = reply({ rowCount: 0, columns: [columnOf('i32', [])] }, true);
    expect(decodeRowSet(decodeFetchReply(bytes, readEnvelope(bytes)).rowSet as Uint8Array).batch).toEqual({
      rowCount: 0,
      columns: [],
    });
  });
});

describe('the encoder', () => {
  it('writes what the general encoder writes', () => {
    const batch: ColumnBatch = {
      rowCount: 2,
      columns: [columnOf('i32', [1, 2]), columnOf('string', ['a', null])],
    };
    const results: TRowSet = {
      startRowOffset: 12n,
      rows: [],
      columns: [
        { i32Val: { values: [1, 2], nulls: Buffer.of(0) } },
        { stringVal: { values: ['a', ''], nulls: Buffer.of(2) } },
      ],
    };
    const bytes = reply(batch);
    expect(decodeReply('FetchResults', bytes, readEnvelope(bytes))).toEqual({
      status: { statusCode: 0 },
      hasMoreRows: true,
      results,
    });
  });

  it('takes a status and no sequence id', () => {
    const status = { statusCode: TStatusCode.SUCCESS_WITH_INFO, infoMessages: ['look'] };
    const bytes = encodeFetchReply({
      status,
      startRowOffset: 0n,
      batch: { rowCount: 0, columns: [] },
      rowBased: false,
      hasMoreRows: false,
    });
    expect(readEnvelope(bytes).seqId).toBe(0);
    expect(decodeFetchReply(bytes, readEnvelope(bytes))).toMatchObject({ status, hasMoreRows: false });
  });

  it('sends only the rows a column says it has', () => {
    const values = new BigInt64Array([1n, 2n, 3n, 4n]);
    const offsets = Int32Array.of(2, 3, 5, 9);
    const batch: ColumnBatch = {
      rowCount: 2,
      columns: [
        { kind: 'i64', length: 2, values: values.subarray(1), nulls: null },
        { kind: 'string', length: 2, offsets, data: Buffer.from('xxabcdddd'), nulls: null },
        { kind: 'bool', length: 2, values: Uint8Array.of(0, 255, 1), nulls: Uint8Array.of(0b1100) },
      ],
    };
    expect(valuesOf(decodeRowSet(encodeRowSetColumns(0n, batch)).batch)).toEqual([
      [2n, 3n],
      ['a', 'bc'],
      [false, true],
    ]);
  });

  it('does not send the bytes behind a NULL', () => {
    const column: ColumnVector = {
      kind: 'string',
      length: 3,
      offsets: Int32Array.of(0, 1, 7, 8),
      data: Buffer.from('aSECRETb'),
      nulls: Uint8Array.of(0b010),
    };
    const bytes = Buffer.from(encodeRowSetColumns(0n, { rowCount: 3, columns: [column] }));
    expect(bytes.includes('SECRET')).toBe(false);
    expect(valuesOf(decodeRowSet(bytes).batch)).toEqual([['a', null, 'b']]);
  });

  it('refuses a row set that no message can hold', () => {
    const offsets = Int32Array.of(0, 0x7ffffff0);
    const column: ColumnVector = { kind: 'string', length: 1, offsets, data: Buffer.alloc(0), nulls: null };
    expect(() => encodeRowSetColumns(0n, { rowCount: 1, columns: [column] })).toThrow(
      /fetch fewer rows at once/,
    );
  });

  it('leaves its input alone', () => {
    const batch = batchOf(50, 0.2, 3);
    const first = reply(batch);
    expect(reply(batch)).toEqual(first);
  });
});

describe('the decoder', () => {
  const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
  const offset = '0a0001 0000000000000000';
  const noRows = '0f0002 0c 00000000';
  const columns = (count: number, ...parts: string[]) =>
    `0f0003 0c ${count.toString(16).padStart(8, '0')} ${parts.join('')}`;
  const bools = (values: string, nulls: string) =>
    `0c0001 0f0001 02 ${(values.length / 2).toString(16).padStart(8, '0')} ${values} 0b0002 ${(nulls.length / 2).toString(16).padStart(8, '0')} ${nulls} 00 00`;
  const decode = (...parts: string[]) => valuesOf(decodeRowSet(hex(...parts, '00')).batch);

  it('takes 0, 1 and 2 for a boolean', () => {
    expect(decode(offset, noRows, columns(1, bools('000102', '00')))).toEqual([[false, true, false]]);
  });

  it('takes masks shorter than the rows, as servers send them', () => {
    expect(decode(offset, noRows, columns(1, bools('01'.repeat(20), '02')))).toEqual([
      [true, null, ...Array(18).fill(true)],
    ]);
    expect(decode(offset, noRows, columns(1, bools('0101', '')))).toEqual([[true, true]]);
  });

  it('takes fields in any order and passes over unknown ones', () => {
    expect(decode('080009 00000001', columns(1, bools('01', '00')), noRows, offset)).toEqual([[true]]);
  });

  it('passes over unknown fields within a column', () => {
    const column = '0b0063 00000001 61 0c0001 080009 00000007 0f0001 02 00000001 01 0b0002 00000001 00 00 00';
    expect(decode(offset, noRows, columns(1, column))).toEqual([[true]]);
  });

  it('owns its memory', () => {
    const batch = batchOf(20, 0.3, 1);
    const bytes = Buffer.from(encodeRowSetColumns(0n, batch));
    const decoded = decodeRowSet(bytes).batch;
    bytes.fill(0xff);
    expect(valuesOf(decoded)).toEqual(valuesOf(batch));
  });

  it('reads a message at any alignment', () => {
    const batch = batchOf(20, 0.3, 2);
    const bytes = encodeRowSetColumns(0n, batch);
    for (let shift = 0; shift < 9; shift++) {
      const memory = Buffer.concat([Buffer.alloc(shift), bytes]);
      expect(valuesOf(decodeRowSet(memory.subarray(shift)).batch)).toEqual(valuesOf(batch));
    }
  });

  it('of bytes cut anywhere is truncated', () => {
    const bytes = encodeRowSetColumns(0n, batchOf(5, 0.3, 4));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRowSet(bytes.subarray(0, length)), `${length}`).toThrow(kind('truncated'));
    }
  });

  it('of a reply cut anywhere is truncated', () => {
    const bytes = reply(batchOf(5, 0.3, 4));
    const envelope = readEnvelope(bytes);
    for (let length = envelope.bodyOffset; length < bytes.length; length++) {
      expect(() => decodeFetchReply(bytes.subarray(0, length), envelope)).toThrow(kind('truncated'));
    }
  });

  it.each([
    ['no offset', [noRows], 'missing-field'],
    [
      'columns of different lengths',
      [offset, noRows, columns(2, bools('01', '00'), bools('0101', '00'))],
      'bad-message',
    ],
    [
      'a column of two kinds',
      [offset, noRows, columns(1, `${bools('01', '00').slice(0, -2)}${bools('01', '00')}`)],
      'bad-message',
    ],
    ['a column of no kind', [offset, noRows, columns(1, '00000000')], 'bad-message'],
    [
      'a column without nulls',
      [offset, noRows, columns(1, '0c0001 0f0001 02 00000001 01 00 00')],
      'missing-field',
    ],
    [
      'a column of other values',
      [offset, noRows, columns(1, '0c0001 0f0001 08 00000001 00000001 0b0002 00000000 00 00')],
      'bad-type',
    ],
    ['more values than bytes', [offset, noRows, columns(1, '0c0005 0f0001 0a 00ffffff 00')], 'truncated'],
    [
      'more cells than bytes',
      [offset, noRows, columns(1, '0c0007 0f0001 0b 00000002 00000000 7fffffff 00')],
      'truncated',
    ],
    [
      'a cell of a length below nothing',
      [offset, noRows, columns(1, '0c0007 0f0001 0b 00000001 ffffffff 00')],
      'truncated',
    ],
    ['columns that are no structs', [offset, noRows, '0f0003 08 00000001 00000001'], 'bad-type'],
    ['a SerDe', [offset, noRows, '0b0004 00000001 00', '080005 00000001'], 'bad-message'],
  ])('refuses %s', (_name, parts, expected) => {
    expect(() => decodeRowSet(hex(...parts, '00'))).toThrow(kind(expected));
  });

  it('refuses rows that are no table', () => {
    const cell = (value: number) => ({ i32Val: { value } });
    const rowSet = (rows: TRowSet['rows']): TRowSet => ({ startRowOffset: 0n, rows });
    expect(() => decodeRowSet(rowSet([{ colVals: [cell(1)] }, { colVals: [] }]))).toThrow(
      'row 1 has 0 cells',
    );
    expect(() =>
      decodeRowSet(rowSet([{ colVals: [cell(1)] }, { colVals: [{ stringVal: { value: 'a' } }] }])),
    ).toThrow('cells of i32Val and of stringVal');
    expect(() => decodeRowSet({ ...rowSet([]), binaryColumns: Buffer.alloc(1), columnCount: 1 })).toThrow(
      kind('bad-message'),
    );
  });
});
