import { describe, expect, it } from 'vitest';
import { ByteReader } from '../bytes/byte-reader.ts';
import { Random } from '../testing/random.ts';
import { sample } from '../testing/samples.ts';
import { encodeCall } from './calls.ts';
import { readEnvelope } from './envelope.ts';
import { locateHandle } from './locate-handle.ts';
import { type MethodName, methods, requestTable } from './methods.ts';

const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const secret = Buffer.from('c2ee5b973ea041fcac169bd708ed8f38', 'hex');
const identifier = { guid, secret };
const head = (type: string, id: number) => Buffer.from(`${type}${id.toString(16).padStart(4, '0')}`, 'hex');
const STOP = Buffer.of(0);
const text = (id: number, value: Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(value.length);
  return Buffer.concat([head('0b', id), length, value]);
};
const struct = (id: number, ...fields: Uint8Array[]) => Buffer.concat([head('0c', id), ...fields, STOP]);
/** A message whose parts stand as given. */
const message = (...parts: Uint8Array[]) =>
  Buffer.concat([
    Buffer.from('80010001', 'hex'),
    Buffer.from([0, 0, 0, 1]),
    Buffer.from('X'),
    Buffer.alloc(4),
    ...parts,
    STOP,
  ]);
const locate = (bytes: Uint8Array) => locateHandle(bytes, readEnvelope(bytes));
const kind = (name: string) => expect.objectContaining({ name: 'ThriftProtocolError', kind: name });
const goodIdentifier = () => struct(1, text(1, guid), text(2, secret));

describe('locateHandle', () => {
  const withHandle = (Object.keys(methods) as MethodName[]).filter((name) => methods[name].handle !== null);

  it.each(withHandle)('finds the handle of %s', (method) => {
    const request: Record<string, unknown> = { ...sample(requestTable(method), new Random(5), 'all') };
    if (methods[method].handle === 'session') request['sessionHandle'] = { sessionId: identifier };
    else request['operationHandle'] = { operationId: identifier, operationType: 0, hasResultSet: true };
    const bytes = Buffer.from(encodeCall(method, 1, request as never));
    const found = locate(bytes);
    expect(bytes.subarray(found?.guidOffset, (found?.guidOffset ?? 0) + 16)).toEqual(guid);
    expect(bytes.subarray(found?.secretOffset, (found?.secretOffset ?? 0) + 16)).toEqual(secret);
  });

  it('finds none in OpenSession', () => {
    expect(locate(encodeCall('OpenSession', 1, { clientProtocol: 9, username: 'x'.repeat(16) }))).toBeNull();
  });

  it('finds it behind other fields and in any order', () => {
    const bytes = message(
      text(9, Buffer.from('before')),
      struct(
        1,
        text(2, Buffer.from('select 1')),
        struct(1, head('02', 3), Buffer.of(1), struct(1, text(2, secret), text(7, guid), text(1, guid))),
      ),
      text(4, Buffer.from('after')),
    );
    const found = locate(bytes);
    expect(bytes.subarray(found?.guidOffset).subarray(0, 16)).toEqual(guid);
    expect(bytes.subarray(found?.secretOffset).subarray(0, 16)).toEqual(secret);
  });

  it.each([
    ['no argument', message()],
    ['no handle', message(struct(1))],
    ['no identifier', message(struct(1, struct(1)))],
    ['no guid', message(struct(1, struct(1, struct(1, text(2, secret)))))],
    ['no secret', message(struct(1, struct(1, struct(1, text(1, guid)))))],
    ['a short guid', message(struct(1, struct(1, struct(1, text(1, guid.subarray(1)), text(2, secret)))))],
    ['a long secret', message(struct(1, struct(1, struct(1, text(1, guid), text(2, Buffer.alloc(17))))))],
    ['a handle that is no struct', message(struct(1, text(1, guid)))],
    ['an argument of another number', message(struct(2, struct(1, goodIdentifier())))],
  ])('is null with %s', (_name, bytes) => {
    expect(locate(bytes)).toBeNull();
  });

  it('can be written over in place', () => {
    const bytes = Buffer.from(encodeCall('CloseSession', 1, { sessionHandle: { sessionId: identifier } }));
    const found = locate(bytes);
    Buffer.alloc(16, 7).copy(bytes, found?.guidOffset);
    expect(
      bytes.equals(
        encodeCall('CloseSession', 1, {
          sessionHandle: { sessionId: { guid: Buffer.alloc(16, 7), secret } },
        }),
      ),
    ).toBe(true);
  });

  describe('is not fooled into finding another handle than the receiver does', () => {
    const other = struct(1, text(1, Buffer.alloc(16, 9)), text(2, Buffer.alloc(16, 9)));
    it.each([
      ['two arguments', message(struct(1, struct(1, goodIdentifier())), struct(1, struct(1, other)))],
      ['two handles', message(struct(1, struct(1, goodIdentifier()), struct(1, other)))],
      ['two identifiers', message(struct(1, struct(1, goodIdentifier(), other)))],
      [
        'two guids',
        message(struct(1, struct(1, struct(1, text(1, guid), text(1, Buffer.alloc(16)), text(2, secret))))),
      ],
      [
        'two secrets',
        message(struct(1, struct(1, struct(1, text(1, guid), text(2, secret), text(2, secret))))),
      ],
    ])('%s', (_name, bytes) => {
      expect(() => locate(bytes)).toThrow(kind('duplicate-field'));
    });

    it('a second message behind the first', () => {
      const first = encodeCall('CloseSession', 1, { sessionHandle: { sessionId: identifier } });
      expect(() => locate(Buffer.concat([first, first]))).toThrow(kind('trailing-bytes'));
      expect(() => locate(Buffer.concat([first, STOP]))).toThrow(kind('trailing-bytes'));
    });
  });

  it('agrees with the decoder wherever the message is cut', () => {
    const bytes = encodeCall('FetchResults', 1, {
      operationHandle: { operationId: identifier, operationType: 0, hasResultSet: true },
      orientation: 0,
      maxRows: 1000n,
    });
    const envelope = readEnvelope(bytes);
    for (let length = envelope.bodyOffset; length < bytes.length; length++) {
      expect(() => locateHandle(bytes.subarray(0, length), envelope)).toThrow(kind('truncated'));
    }
  });

  it('does not read what it need not: long values are stepped over', () => {
    const statement = 'x'.repeat(5_000_000);
    const bytes = encodeCall('ExecuteStatement', 1, { sessionHandle: { sessionId: identifier }, statement });
    const started = performance.now();
    for (let i = 0; i < 1000; i++) locate(bytes);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(new ByteReader(bytes).remaining).toBeGreaterThan(5_000_000);
  });
});
