import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../bytes/limits.ts';
import { encodeCall, encodeReply } from '../messages/calls.ts';
import { type MethodName, methods, requestTable, responseTable } from '../messages/methods.ts';
import { cuts, pieces } from '../testing/chunks.ts';
import { Random } from '../testing/random.ts';
import { sample } from '../testing/samples.ts';
import { MessageScanner } from './message-scanner.ts';

const kind = (name: string) => expect.objectContaining({ name: 'ThriftProtocolError', kind: name });
const scan = (chunks: readonly Uint8Array[], maxMessageBytes = 1 << 20) => {
  const scanner = new MessageScanner({ maxMessageBytes });
  const messages = chunks.flatMap((chunk) => scanner.push(chunk)).map((message) => Buffer.from(message));
  return { messages, held: scanner.bufferedBytes };
};
const handle = { sessionId: { guid: Buffer.alloc(16, 1), secret: Buffer.alloc(16, 2) } };
const header = (name = 'X') => {
  const start = Buffer.from('8001000100000000', 'hex');
  start.writeInt32BE(name.length, 4);
  return Buffer.concat([start, Buffer.from(name), Buffer.alloc(4)]);
};
const raw = (body: string) => Buffer.concat([header(), Buffer.from(body.replaceAll(' ', ''), 'hex')]);

describe('MessageScanner', () => {
  const names = Object.keys(methods) as MethodName[];
  const messages = names.flatMap((method, i) => [
    Buffer.from(encodeCall(method, i, sample(requestTable(method), new Random(i), 'some'))),
    Buffer.from(encodeReply(method, i, sample(responseTable(method), new Random(i), 'some'))),
  ]);

  it('finds each message when each comes alone', () => {
    for (const message of messages) expect(scan([message])).toEqual({ messages: [message], held: 0 });
  });

  it.each([1, 2, 3, 7, 64, 1000, 1 << 20])(
    'finds all messages of a stream in chunks of %i bytes',
    (chunkBytes) => {
      expect(scan(pieces(Buffer.concat(messages), chunkBytes))).toEqual({ messages, held: 0 });
    },
  );

  it('finds a call and a reply split at every position', () => {
    const call = Buffer.from(
      encodeCall('ExecuteStatement', 1, {
        sessionHandle: handle,
        statement: 'select 1',
        confOverlay: new Map([['a', 'b']]),
      }),
    );
    const reply = Buffer.from(
      encodeReply('GetOperationStatus', 1, sample(responseTable('GetOperationStatus'), new Random(3), 'all')),
    );
    const both = Buffer.concat([call, reply]);
    for (const chunks of cuts(both)) expect(scan(chunks)).toEqual({ messages: [call, reply], held: 0 });
  });

  it('holds what is not whole', () => {
    const message = messages[0] as Buffer;
    const scanner = new MessageScanner({ maxMessageBytes: 1 << 20 });
    expect(scanner.push(Buffer.concat([message, message.subarray(0, 9)]))).toHaveLength(1);
    expect(scanner.bufferedBytes).toBe(9);
    expect(scanner.push(message.subarray(9))).toHaveLength(1);
    expect(scanner.bufferedBytes).toBe(0);
  });

  it('gives views of a chunk that holds the message', () => {
    const message = messages[0] as Buffer;
    const [found] = new MessageScanner({ maxMessageBytes: 1 << 20 }).push(message);
    expect(found?.buffer).toBe(message.buffer);
  });

  it('leaves messages it gave alone when more comes', () => {
    const scanner = new MessageScanner({ maxMessageBytes: 1 << 20 });
    const [first, second] = messages as [Buffer, Buffer];
    scanner.push(first.subarray(0, 5));
    const [found] = scanner.push(Buffer.concat([first.subarray(5), second.subarray(0, 20)]));
    scanner.push(second.subarray(20));
    scanner.push(Buffer.concat(messages));
    expect(first.equals(found as Uint8Array)).toBe(true);
  });

  it('knows types that HiveServer2 does not use', () => {
    const message = raw(
      '0e0001 08 00000002 00000001 00000002 100002 000102030405060708090a0b0c0d0e0f 0d0003 0000 00000000 00',
    );
    for (const chunks of cuts(message)) expect(scan(chunks).messages).toEqual([message]);
  });

  it('knows maps of containers', () => {
    const message = raw(
      '0d0001 0b 0f 00000002 00000001 61 0c 00000001 00 00000001 62 0b 00000002 00000000 00000000 00',
    );
    for (const chunks of cuts(message)) expect(scan(chunks).messages).toEqual([message]);
  });

  describe('refuses', () => {
    it.each([
      ['another protocol', Buffer.from('GET /cliservice HTTP/1.1\r\n'), 'bad-version'],
      ['a header without a version', Buffer.from('0000000c436c6f7365', 'hex'), 'bad-version'],
      ['a long method name', Buffer.from('8001000100000081', 'hex'), 'too-large'],
      ['a method name below nothing', Buffer.from('80010001ffffffff', 'hex'), 'too-large'],
      ['a field of no type', raw('050001'), 'bad-type'],
      ['a list of no type', raw('0f0001 07 00000001'), 'bad-type'],
      ['a list of elements without bytes', raw('0f0001 01 7fffffff'), 'too-large'],
      ['a map whose values have no type', raw('0d0001 0b 00 00000001'), 'bad-type'],
      ['a count below nothing', raw('0f0001 0b ffffffff'), 'too-large'],
      ['a length below nothing', raw('0b0001 ffffffff'), 'too-large'],
      ['a count of more than fits', raw('0f0001 0a 00040000'), 'too-large'],
      ['a string of more than fits', raw('0b0001 00100000'), 'too-large'],
      ['nesting without end', raw('0c0001'.repeat(MAX_DEPTH)), 'too-deep'],
      ['lists without end', raw(`0f0001${'0f00000001'.repeat(MAX_DEPTH)}`), 'too-deep'],
    ])('%s', (_name, bytes, expected) => {
      for (const chunks of cuts(bytes)) expect(() => scan(chunks, 1 << 20)).toThrow(kind(expected));
    });

    it('a message beyond the maximum, before its bytes come', () => {
      const message = messages[0] as Buffer;
      expect(scan([message], message.length).messages).toHaveLength(1);
      for (const chunks of cuts(message))
        expect(() => scan(chunks, message.length - 1)).toThrow(kind('too-large'));
      expect(() => scan([raw('0b0001 00000400')], 1000)).toThrow(kind('too-large'));
    });
  });

  describe('counts the values of a message', () => {
    const structs = (count: number) =>
      Buffer.concat([raw('0f0001 0c'), Buffer.from([0, 0, 0, count]), Buffer.alloc(count), Buffer.of(0)]);

    it('and throws beyond a maximum, however it is cut', () => {
      // The list, and what is in it.
      const options = { maxMessageBytes: 1000, maxValues: 11 };
      for (const chunks of cuts(structs(10))) {
        const scanner = new MessageScanner(options);
        expect(chunks.flatMap((chunk) => scanner.push(chunk))).toHaveLength(1);
      }
      for (const chunks of cuts(structs(11))) {
        const scanner = new MessageScanner(options);
        expect(() => chunks.flatMap((chunk) => scanner.push(chunk))).toThrow(kind('too-large'));
      }
    });

    it('of each anew', () => {
      const scanner = new MessageScanner({ maxMessageBytes: 1000, maxValues: 11 });
      expect(scanner.push(Buffer.concat([structs(10), structs(10), structs(10)]))).toHaveLength(3);
    });

    it('and tells whether it is whole', () => {
      const options = { maxMessageBytes: 1000, maxValues: 11 };
      expect(MessageScanner.isWhole(structs(10), options)).toBe(true);
      expect(MessageScanner.isWhole(structs(10).subarray(0, -1), options)).toBe(false);
      expect(() => MessageScanner.isWhole(structs(11), options)).toThrow(kind('too-large'));
    });
  });

  it('takes time in proportion to the bytes, also one by one', () => {
    const rows = sample(responseTable('FetchResults'), new Random(1), 'required');
    const time = (cells: number): number => {
      const values = Array.from({ length: cells }, () => 'abcd');
      const results = {
        startRowOffset: 0n,
        rows: [],
        columns: [{ stringVal: { values, nulls: Buffer.alloc(1) } }],
      };
      const chunks = pieces(encodeReply('FetchResults', 1, { ...rows, results }), 1);
      const started = performance.now();
      expect(scan(chunks).messages).toHaveLength(1);
      return performance.now() - started;
    };
    const best = (cells: number) => Math.min(...[1, 2, 3].map(() => time(cells)));
    const small = Math.max(best(2000), 1);
    // Eight times the bytes; quadratic work would take 64 times as long.
    expect(best(16_000)).toBeLessThan(small * 32);
  });
});
