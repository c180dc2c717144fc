import { describe, expect, it } from 'vitest';
import { executePlanRequest, executePlanResponse } from './connect-messages.ts';
import { dataType } from './data-type.ts';
import { bool, bytes, field, int, mapOf, message, repeated, text, uint } from './message.ts';

const sample = message({
  name: field(1, text),
  count: field(2, uint),
  isIt: field(3, bool),
  data: field(4, bytes),
  words: repeated(5, text),
  inner: field(20, message({ value: field(1, uint) })),
  map: mapOf(200, text),
});
const value = {
  name: 'žluťoučký 千本🦊',
  count: 2 ** 53 - 1,
  isIt: true,
  data: Uint8Array.of(0, 255, 128),
  words: ['a', '', 'b'],
  inner: { value: 300 },
  map: new Map([
    ['k', 'v'],
    ['', 'empty'],
  ]),
};

describe('a table of fields', () => {
  it('reads what it has written', () => {
    const { data, ...rest } = sample.decode(sample.encode(value));
    expect(rest).toEqual({ ...value, data: undefined, ...rest });
    expect([...(data ?? [])]).toEqual([0, 255, 128]);
    expect(rest).toMatchObject({ name: value.name, count: value.count, words: value.words, map: value.map });
  });

  it('writes as protobuf does', () => {
    expect(
      message({ a: field(1, uint) })
        .encode({ a: 150 })
        .toString('hex'),
    ).toBe('089601');
    expect(
      message({ b: field(2, text) })
        .encode({ b: 'testing' })
        .toString('hex'),
    ).toBe('120774657374696e67');
    const nested = message({ c: field(3, message({ a: field(1, uint) })) });
    expect(nested.encode({ c: { a: 150 } }).toString('hex')).toBe('1a03089601');
  });

  it('skips what it does not know, of every wire type', () => {
    const known = message({ name: field(1, text) });
    const unknown = Buffer.from('1001' + '190102030405060708' + '2201ff' + '2d01020304', 'hex');
    expect(known.decode(Buffer.concat([unknown, known.encode({ name: 'x' }), unknown]))).toEqual({
      name: 'x',
    });
    expect(() => known.decode(Buffer.of(0x0b))).toThrow(/wire type 3/);
  });

  it('reads negative numbers', () => {
    const minusOne = Buffer.from('08ffffffffffffffffff01', 'hex');
    expect(message({ n: field(1, int) }).decode(minusOne)).toEqual({ n: -1 });
  });

  it('tells a message that is cut off, at every place', () => {
    const whole = sample.encode(value);
    for (let length = 1; length < whole.length; length++) {
      const cut = whole.subarray(0, length);
      try {
        sample.decode(cut);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
    expect(() => sample.decode(whole.subarray(0, 5))).toThrow(/cut off/);
  });

  it('does not follow a type without end', () => {
    let type: Record<string, unknown> = { integer: {} };
    for (let depth = 0; depth < 300; depth++) type = { array: { elementType: type } };
    expect(() => dataType.decode(dataType.encode(type))).toThrow(/more than 200 levels/);
  });
});

describe('the messages', () => {
  it('of an execution', () => {
    const request = executePlanRequest.encode({
      sessionId: 's',
      userContext: { userId: 'anna' },
      plan: { root: { sql: { query: 'SELECT 1' } } },
      requestOptions: [{ reattachOptions: { reattachable: true } }],
    });
    expect(request.toString('hex')).toBe(
      '0a01731206' + '0a04616e6e61' + '1a0e0a0c520a0a0853454c4543542031' + '2a040a020801',
    );
    const response = executePlanResponse.encode({
      arrowBatch: { rowCount: 2, data: Uint8Array.of(1) },
      responseId: 'r',
    });
    expect(executePlanResponse.decode(response)).toMatchObject({
      arrowBatch: { rowCount: 2 },
      responseId: 'r',
    });
  });
});
